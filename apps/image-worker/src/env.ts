import { imageOptimize } from '@darkroom/contracts'
import { checkStorageEnv, imageEnv, loadEnv } from '@darkroom/runtime'
import { workerConfig, workerEnv, type WorkerConfig } from '@darkroom/worker'
import { z } from 'zod'

/** An image within the limits takes at most about 240 MB (an interlaced PNG of 50 Mpx). */
const SLOT_BYTES = 300 * 1024 ** 2

/** Every environment variable that an image worker reads, with its default. */
export const imageWorkerEnv = z
  .object({ ...workerEnv(imageOptimize, SLOT_BYTES), ...imageEnv })
  .superRefine(checkStorageEnv)

export interface ImageWorkerConfig extends WorkerConfig {
  /** The maximum number of pixels of an original. */
  imageMaxPixels: number
}

/** Reads the environment, or ends the process with a list of everything that is wrong with it. */
export function loadImageWorkerConfig(): ImageWorkerConfig {
  const env = loadEnv(imageWorkerEnv)
  return { ...workerConfig(env, imageOptimize), imageMaxPixels: env.IMAGE_MAX_PIXELS }
}
