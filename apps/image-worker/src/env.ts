import { imageOptimize } from '@darkroom/contracts'
import { imageEnv, loadEnv } from '@darkroom/runtime'
import { workerConfig, workerEnv, type WorkerConfig } from '@darkroom/worker'
import { z } from 'zod'

/** The hungriest image within the limits takes about 240 MB (an interlaced PNG of 50 Mpx). */
const SLOT_BYTES = 300 * 1024 ** 2

/** Every name that an image worker reads from its environment, with its default. */
export const imageWorkerEnv = z.object({ ...workerEnv(imageOptimize, SLOT_BYTES), ...imageEnv })

export interface ImageWorkerConfig extends WorkerConfig {
  /** Most pixels of an original. */
  imageMaxPixels: number
}

/** Reads the environment, or ends the process with a list of all that is wrong with it. */
export function loadImageWorkerConfig(): ImageWorkerConfig {
  const env = loadEnv(imageWorkerEnv)
  return { ...workerConfig(env, imageOptimize), imageMaxPixels: env.IMAGE_MAX_PIXELS }
}
