import type { Readable } from 'node:stream'
import { assetCopyKey, slugOf, videoRender, type VideoJob } from '@darkroom/contracts'
import { isStorageError } from '@darkroom/storage'
import { TEMPLATE_INPUTS } from '@darkroom/videos/check-input'
import { z } from 'zod'
import { AppError } from '../app-error.ts'
import type { AssetLibrary } from '../assets/asset-library.ts'
import { parseInput } from '../http/input.ts'
import type { TaskKindPolicy } from '../tasks/kind.ts'
import { fileViews } from './file-views.ts'

/** The input of a video: that of its template, and the template's name. */
const videoInput = z.discriminatedUnion('template', [
  TEMPLATE_INPUTS.weather.extend({ template: z.literal('weather') }),
])
const inputAt = z.strictObject({ input: videoInput })

const JOB_SLUG_LENGTH = 60

interface Surroundings {
  /** Has the backgrounds. */
  assets: Pick<AssetLibrary, 'find'> | undefined
}

/** Renders a video. Its tasks begin with JSON, which is stored as their original. */
export function createVideoRender({ assets }: Surroundings): TaskKindPolicy<'video.render'> {
  const nextMs = increasing(Date.now)
  return {
    accept: () => {
      throw new AppError('INVALID_FIELD', 'A video is requested with JSON, not with a file.')
    },

    async acceptInput(given, { tenant, taskId, pointers, label }) {
      const { input } = parseInput(inputAt, { input: given }, 'INVALID_FIELD')
      const { template, city, language, format, background } = input
      if (!assets) throw new Error('There is no asset library')
      const refuse = (error: unknown): never => {
        throw asRefusal(error, pointers?.['background'] ?? '/input/background')
      }
      const found = await assets.find(tenant, background).catch(refuse)
      const extension = background.slice(background.lastIndexOf('.') + 1)
      const key = assetCopyKey({ tenant, folder: videoRender.originals, taskId, extension })
      const open = async (): Promise<Readable> => (await found.open().catch(refuse)).stream
      const isStored = found.origin === 'stored'
      return {
        facts: { template, city, language, format, ...(isStored && { backgroundPath: key }) },
        ...(isStored && { asset: { key, open } }),
        name: city,
        slug: slugOf(city, 'video'),
        jobId: `video-${slugOf(label ?? city, 'city').slice(0, JOB_SLUG_LENGTH)}-${nextMs()}`,
        document: given,
      }
    },

    jobOf: ({ originalPath, imageName, source }) => {
      const background = 'backgroundPath' in source ? source.backgroundPath : undefined
      return {
        inputPath: originalPath,
        slug: imageName,
        ...(background !== undefined && { backgroundPath: background }),
      } satisfies Partial<VideoJob>
    },

    viewOf({ files, result }, self) {
      const shown = fileViews(files, self)
      const video = shown.find(({ name }) => name === 'video')
      return {
        images: [],
        files: shown,
        preview: null,
        result: video ? { videoUrl: video.url, ...result } : {},
        savedBytes: null,
      }
    },

    sizeOf: ({ format }) => format,
  }
}

/** Two requests in one millisecond get different numbers. */
function increasing(now: () => number): () => number {
  let last = 0
  return () => (last = Math.max(now(), last + 1))
}

/** Whatever is wrong with the name of the background is a fault of that field. */
function asRefusal(error: unknown, pointer: string): unknown {
  const detail = faultOf(error)
  return detail === undefined
    ? error
    : new AppError('INVALID_FIELD', `${pointer}: ${detail}`, { errors: [{ pointer, detail }] })
}

function faultOf(error: unknown): string | undefined {
  if (isStorageError(error, 'NOT_FOUND')) return 'The asset has just been deleted.'
  const isFault = error instanceof AppError && (error.code === 'INVALID_FIELD' || error.code === 'ASSET_NOT_FOUND')
  return isFault ? error.message : undefined
}
