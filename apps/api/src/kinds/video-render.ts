import { assetKey, slugOf, type VideoJob } from '@darkroom/contracts'
import { isStorageError, type Storage } from '@darkroom/storage'
import { BACKGROUNDS, TEMPLATE_INPUTS } from '@darkroom/videos/check-input'
import { z } from 'zod'
import { AppError } from '../app-error.ts'
import { parseInput } from '../http/input.ts'
import type { TaskKindPolicy } from '../tasks/kind.ts'

/** The input of a video: that of its template, and the template's name. */
const videoInput = z.discriminatedUnion('template', [
  TEMPLATE_INPUTS.weather.extend({ template: z.literal('weather') }),
])
const inputAt = z.strictObject({ input: videoInput })

const ASSET_NAME = /^[A-Za-z0-9][\w.-]{0,99}$/
const JOB_SLUG_LENGTH = 60

interface Surroundings {
  /** Has the uploaded backgrounds; by default there are none. */
  storage: Pick<Storage, 'stat'> | undefined
}

/** Renders a video. Its tasks begin with JSON, which is stored as their original. */
export function createVideoRender({ storage }: Surroundings): TaskKindPolicy<'video.render'> {
  const nextMs = increasing(Date.now)
  return {
    accept: () => Promise.reject(new AppError('INVALID_FIELD', 'A video is requested with JSON, not with a file.')),

    async acceptInput(given, { tenant, pointers, label }) {
      const { input } = parseInput(inputAt, { input: given }, 'INVALID_FIELD')
      const { template, city, language, format, background } = input
      const found = await findBackground(storage, { tenant, name: background })
      if (!found) throw noSuchAsset(background, pointers?.['background'] ?? '/input/background')
      return {
        facts: { template, city, language, format, ...(found.key !== undefined && { backgroundPath: found.key }) },
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
      const shown = files.map((file) => ({ ...file, url: `${self}/download?file=${file.name}` }))
      const video = shown.find(({ name }) => name === 'video')
      return { images: [], files: shown, result: video ? { videoUrl: video.url, ...result } : {} }
    },

    sizeOf: ({ format }) => format,
  }
}

/** Two requests in one millisecond get different numbers. */
function increasing(now: () => number): () => number {
  let last = 0
  return () => (last = Math.max(now(), last + 1))
}

/** An uploaded picture, or one that ships with the templates, which has no key. */
async function findBackground(
  storage: Surroundings['storage'],
  { tenant, name }: { tenant: string; name: string },
): Promise<{ key?: string } | undefined> {
  if (!ASSET_NAME.test(name)) return undefined
  const key = assetKey(tenant, name)
  const isUploaded = await storage?.stat(key).then(
    () => true,
    (error: unknown) => {
      if (isStorageError(error, 'NOT_FOUND')) return false
      throw error
    },
  )
  if (isUploaded) return { key }
  return (BACKGROUNDS as readonly string[]).includes(name) ? {} : undefined
}

function noSuchAsset(name: string, pointer: string): AppError {
  const detail = `must be the name of an asset; ${JSON.stringify(name.slice(0, 100))} is none, there are ${BACKGROUNDS.join(', ')}`
  return new AppError('INVALID_FIELD', `${pointer} ${detail}`, { errors: [{ pointer, detail }] })
}
