import { z } from 'zod'

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

/** A file of an image task, as clients see it. */
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
