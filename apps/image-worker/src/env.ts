import { imageOptimize } from '@darkroom/contracts'
import { checkStorageEnv, imageEnv, loadEnv } from '@darkroom/runtime'
import { concurrencyEnv, workerConfig, workerEnv, type WorkerConfig } from '@darkroom/worker'
import { z } from 'zod'

/**
 * A photo of 50 Mpx and the tallest pictures take 250 to 310 MB. A few rare files of that size take
 * more, up to 600 MB: interlaced PNGs, progressive JPEGs without subsampling, lossless WebPs, and
 * tall pictures that have to be turned. Not all slots have such a one at the same time.
 */
const SLOT_BYTES = 320 * 1024 ** 2

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
