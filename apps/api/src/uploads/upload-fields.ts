import { DEFAULT_KIND, taskKind, taskPriority, type TaskPriority } from '@darkroom/contracts'
import { z } from 'zod'
import { wholeNumberOr } from '../http/query-fields.ts'
import { MAX_NAME_LENGTH } from '../tasks/clean-name.ts'
import { metadataOverride, parseMetadata } from '../tasks/metadata.ts'
import { MAX_TTL_SECONDS, MIN_TTL_SECONDS } from '../tasks/ttl-bounds.ts'

/** The text fields of an upload. */
export function uploadFields(defaults: { ttlSeconds: number; priority: TaskPriority }) {
  return z.strictObject({
    name: z
      .string()
      .max(MAX_NAME_LENGTH, `must have at most ${MAX_NAME_LENGTH} characters`)
      .optional()
      .meta({ description: 'Replaces the name of the file', examples: ['beach.jpg'] }),
    priority: taskPriority
      .default(defaults.priority)
      .meta({ description: 'Tasks of a higher priority are processed first' }),
    kind: taskKind.default(DEFAULT_KIND).meta({ description: 'What to do with the file' }),
    ttlSeconds: wholeNumberOr(defaults.ttlSeconds, MIN_TTL_SECONDS, MAX_TTL_SECONDS).meta({
      description: 'How long the files are kept after the task has ended',
    }),
    metadata: z
      .string()
      .transform(parseMetadata)
      .default({})
      .meta({ description: 'Any JSON object, stored with the task', override: metadataOverride }),
  })
}

export type UploadFields = z.infer<ReturnType<typeof uploadFields>>

export const FIELD_NAMES: readonly string[] = Object.keys(
  uploadFields({ ttlSeconds: MIN_TTL_SECONDS, priority: 'interactive' }).shape,
)

/** The fields of a form that have a value: a web form also sends the others, as empty text. */
export const givenFields = (body: unknown): Record<string, unknown> =>
  Object.fromEntries(Object.entries((body ?? {}) as object).filter(([, value]) => value !== ''))
