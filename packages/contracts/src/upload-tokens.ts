import { z } from 'zod'
import { FILE_KINDS } from './kinds/kinds.ts'

const MOST_UPLOADS = 100
const DEFAULT_SECONDS = 600
const MOST_SECONDS = 3600

const kind = z.enum(FILE_KINDS as [string, ...string[]])

export const uploadTokenFields = z.strictObject({
  kind: kind
    .optional()
    .meta({ description: 'The only kind of task that it can create; by default any that has a file' }),
  maxBytes: z
    .int()
    .min(1)
    .optional()
    .meta({ description: 'The most that a file may have; at most the limit of the installation' }),
  uploads: z.int().min(1).max(MOST_UPLOADS).default(1).meta({ description: 'How many files it can upload' }),
  origin: z
    .string()
    .regex(/^https?:\/\/[^\s/?#@]+$/, 'must look like https://shop.example.com')
    .optional()
    .meta({ description: 'The only origin whose pages can use it, which `CORS_ORIGINS` must list as well' }),
  expiresInSeconds: z
    .int()
    .min(10)
    .max(MOST_SECONDS)
    .default(DEFAULT_SECONDS)
    .meta({ description: 'How long it is valid' }),
})

export const uploadToken = z
  .object({
    token: z
      .string()
      .meta({ description: 'To be sent as `Authorization: Bearer …` with an upload. It is not shown again' }),
    kind: kind.nullable(),
    maxBytes: z.number().nullable(),
    uploads: z.number(),
    origin: z.string().nullable(),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: 'UploadToken', description: 'A token with which a browser can upload some files' })
export type UploadToken = z.infer<typeof uploadToken>
