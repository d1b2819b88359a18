import { z } from 'zod'
import { THUMB } from './thumb.ts'

/** A valid file name: it becomes part of a storage key and of URLs. */
export const FILE_NAME = /^[\w.-]{1,80}$/

/** A file produced by a task of any kind. `facts` depend on the kind. */
export const storedFile = z
  .object({
    name: z.string().regex(FILE_NAME).meta({ description: 'The name to request it by in a download' }),
    contentType: z.string(),
    bytes: z.number().int(),
    md5: z.string().meta({ description: 'MD5 of its bytes, in hex' }),
    path: z.string().meta({ description: 'Its storage key, relative to the data root' }),
    facts: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'StoredFile' })
export type StoredFile = z.infer<typeof storedFile>

/** A file as clients see it: with its URL, and its size named as in a variant. */
export const taskFile = storedFile
  .omit({ bytes: true })
  .extend({ size: z.number().int().meta({ description: 'In bytes' }), url: z.string() })
  .meta({ id: 'TaskFile' })
export type TaskFile = z.infer<typeof taskFile>

/** A variant of a photo. Image tasks list theirs in this form, too. */
export const variant = z
  .object({
    resolution: z.string(),
    width: z.number().int(),
    height: z.number().int(),
    format: z.literal('jpeg'),
    size: z.number().int().meta({ description: 'In bytes' }),
    md5: z.string().meta({ description: 'MD5 of its bytes, in hex' }),
    path: z.string().meta({ description: 'Its storage key, relative to the data root' }),
  })
  .meta({ id: 'Variant' })
export type Variant = z.infer<typeof variant>

/** What a gallery shows of a photo before, and instead of, a variant. */
export const preview = z
  .object({
    width: z.number().int(),
    height: z.number().int(),
    size: z.number().int().meta({ description: 'In bytes' }),
    md5: z.string().meta({ description: 'MD5 of its bytes, in hex' }),
    path: z.string().meta({ description: 'Its storage key, relative to the data root' }),
    thumbhash: z.string().meta({
      description:
        'A blurred picture to show while the thumbnail is loaded (https://evanw.github.io/thumbhash/), in base64',
    }),
    color: z.string().meta({ description: 'The most frequent colour of the photo', examples: ['#7a8b6c'] }),
  })
  .meta({ id: 'Preview' })
export type Preview = z.infer<typeof preview>

const previewFacts = preview.pick({ width: true, height: true, thumbhash: true, color: true })

export const isThumb = ({ name }: StoredFile): boolean => name === THUMB

/** The preview among the files of a photo. Workers of an earlier release made none. */
export function previewOf(files: readonly StoredFile[]): Preview | null {
  const file = files.find(isThumb)
  if (!file) return null
  return { ...previewFacts.parse(file.facts), size: file.bytes, md5: file.md5, path: file.path }
}

/** The inverse of {@link previewOf}. */
export function toThumb({ size, md5, path, ...facts }: Preview): StoredFile {
  return { name: THUMB, contentType: 'image/jpeg', bytes: size, md5, path, facts }
}
