import { INPUT_KINDS, taskPriority } from '@darkroom/contracts'
import { z } from 'zod'
import { cleanName, MAX_NAME_LENGTH } from '../tasks/clean-name.ts'
import { checkMetadata, metadataOverride } from '../tasks/metadata.ts'
import { MAX_TTL_SECONDS, MIN_TTL_SECONDS } from '../tasks/ttl-bounds.ts'

/** A request for a task that begins with JSON instead of a file. */
export const inputFields = z.strictObject({
  kind: z.enum(INPUT_KINDS).meta({ description: 'What to do' }),
  input: z
    .record(z.string(), z.unknown())
    .meta({ description: 'Depends on the kind; of a video, it has the name of its template and the fields of that' }),
  name: z
    .string()
    .max(MAX_NAME_LENGTH, `must have at most ${MAX_NAME_LENGTH} characters`)
    .regex(/\S/, 'must not be empty')
    .transform(cleanName)
    .optional()
    .meta({ description: 'The name of the task, and of its files in downloads' }),
  priority: taskPriority.default('interactive').meta({ description: 'Tasks of a higher priority are processed first' }),
  ttlSeconds: z
    .number('must be a number')
    .int('must be a whole number')
    .min(MIN_TTL_SECONDS, `must be at least ${MIN_TTL_SECONDS}`)
    .max(MAX_TTL_SECONDS, `must be at most ${MAX_TTL_SECONDS}`)
    .optional()
    .meta({ description: 'How long the files are kept after the task has ended; those of videos 30 days by default' }),
  metadata: z
    .unknown()
    .transform(checkMetadata)
    .optional()
    .meta({ description: 'Any JSON object, stored with the task', override: metadataOverride }),
})

export type InputFields = z.infer<typeof inputFields>
