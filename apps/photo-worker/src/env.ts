import { PROCESS_ENV } from '@darkroom/bibs/process-env'
import { photoBibs } from '@darkroom/contracts'
import { checkStorageEnv, imageEnv, loadEnv } from '@darkroom/runtime'
import { concurrencyEnv, workerConfig, workerEnv, type WorkerConfig } from '@darkroom/worker'
import { z } from 'zod'

/** A photo of 50 Mpx full of numbers may take that; most take less than half of it. */
const SLOT_BYTES = 900 * 1024 ** 2
const SLOTS = 3

/** Every environment variable that a photo worker reads, with its default. */
export const photoWorkerEnv = z
  .object({
    ...workerEnv(photoBibs),
    ...imageEnv,
    PHOTO_CONCURRENCY: concurrencyEnv({ slotBytes: SLOT_BYTES, slots: SLOTS }),
    /** A folder of text models to use instead of the installed ones. */
    BIBS_MODELS: z.string().optional(),
  })
  .superRefine(checkStorageEnv)

export interface PhotoWorkerConfig extends WorkerConfig {
  /** The maximum number of pixels of an original. */
  imageMaxPixels: number
  bibsModels?: string | undefined
}

/** Reads the environment, or ends the process with a list of everything that is wrong with it. */
export function loadPhotoWorkerConfig(): PhotoWorkerConfig {
  const env = loadEnv(photoWorkerEnv)
  const config = workerConfig(env, photoBibs, env.PHOTO_CONCURRENCY)
  const childEnv = { ...config.childEnv, ...PROCESS_ENV }
  return { ...config, childEnv, imageMaxPixels: env.IMAGE_MAX_PIXELS, bibsModels: env.BIBS_MODELS }
}
