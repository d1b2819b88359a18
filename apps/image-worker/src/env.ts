import { imageOptimize } from '@darkroom/contracts'
import { checkStorageEnv, imageEnv, loadEnv } from '@darkroom/runtime'
import { concurrencyEnv, workerConfig, workerEnv, type WorkerConfig } from '@darkroom/worker'
import { z } from 'zod'

/** An image within the limits takes at most about 240 MB (an interlaced PNG of 50 Mpx). */
const SLOT_BYTES = 300 * 1024 ** 2

/** Every environment variable that an image worker reads, with its default. */
export const imageWorkerEnv = z
  .object({
    ...workerEnv(imageOptimize),
    ...imageEnv,
    WORKER_CONCURRENCY: concurrencyEnv({ slotBytes: SLOT_BYTES }),
  })
  .superRefine(checkStorageEnv)

export interface ImageWorkerConfig extends WorkerConfig {
  /** The maximum number of pixels of an original. */
  imageMaxPixels: number
}

/** Reads the environment, or ends the process with a list of everything that is wrong with it. */
export function loadImageWorkerConfig(): ImageWorkerConfig {
  const env = loadEnv(imageWorkerEnv)
  const config = workerConfig(env, imageOptimize, env.WORKER_CONCURRENCY)
  return { ...config, imageMaxPixels: env.IMAGE_MAX_PIXELS }
}
