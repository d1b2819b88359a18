import { z } from 'zod'
import { isThumb, type StoredFile, type Variant } from './stored-file.ts'
import { defineKind } from './define-kind.ts'
import { photoSource } from './photo-source.ts'

/** Makes variants of a photo in several widths. */
export const imageOptimize = defineKind({
  kind: 'image.optimize',
  queue: 'image-processing',
  job: 'process-image',
  worker: 'image-worker',
  originals: 'images',
  noun: 'image',
  fields: {},
  /** `imagePath` is a storage key, so that it means the same on every machine. */
  input: { imagePath: z.string(), imageName: z.string(), sourceUrl: z.string().optional() },
  reads: ['imagePath'],
  source: photoSource,
  contentTypes: ['image/jpeg'],
  result: z.object({}),
  // Clients have relied on `images` since before there were other kinds.
  tell: ({ files }) => {
    const thumb = files.find(isThumb)
    return { images: variantsOf(files), ...(thumb && { thumb }) }
  },
  policy: {
    attempts: 3,
    backoffMs: 2000,
    keepCompleted: { count: 5000, ageMs: 3_600_000 },
    keepFailed: { count: 500, ageMs: Number.POSITIVE_INFINITY },
    deadlineMs: 30_000,
  },
})
export type ImageJob = z.infer<typeof imageOptimize.input>

/** The variants among the files of an image task. */
export const variantsOf = (files: readonly StoredFile[]): Variant[] =>
  files.filter((file) => !isThumb(file)).map(toVariant)

function toVariant({ name, bytes, md5, path, facts }: StoredFile): Variant {
  const { width, height } = imageFacts.parse(facts)
  return { resolution: name, width, height, format: 'jpeg', size: bytes, md5, path }
}

const imageFacts = z.object({ width: z.number().int(), height: z.number().int() })
