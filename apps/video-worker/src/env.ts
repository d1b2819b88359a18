import { videoRender } from '@darkroom/contracts'
import { checkStorageEnv, imageEnv, loadEnv } from '@darkroom/runtime'
import { concurrencyEnv, workerConfig, workerEnv, type WorkerConfig } from '@darkroom/worker'
import { z } from 'zod'

/** Of an upright video: about 320 MB in the child, and 280 MB in the encoder. */
const SLOT_BYTES = 600 * 1024 ** 2
const SLOTS = 3

/** Every environment variable that a video worker reads, with its default. */
export const videoWorkerEnv = z
  .object({
    ...workerEnv(videoRender),
    ...imageEnv,
    VIDEO_CONCURRENCY: concurrencyEnv({ slotBytes: SLOT_BYTES, slots: SLOTS }),
    /** The ffmpeg program, instead of the one on PATH or the one from npm. */
    FFMPEG_PATH: z.string().optional(),
  })
  .superRefine(checkStorageEnv)

export interface VideoWorkerConfig extends WorkerConfig {
  /** The maximum number of pixels of a background. */
  imageMaxPixels: number
  ffmpegPath?: string | undefined
}

/** Reads the environment, or ends the process with a list of everything that is wrong with it. */
export function loadVideoWorkerConfig(): VideoWorkerConfig {
  const env = loadEnv(videoWorkerEnv)
  const config = workerConfig(env, videoRender, env.VIDEO_CONCURRENCY)
  return { ...config, imageMaxPixels: env.IMAGE_MAX_PIXELS, ffmpegPath: env.FFMPEG_PATH }
}
