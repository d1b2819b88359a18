import { INPUT_KINDS, KINDS, TASK_KINDS, taskPriority, type TaskKind, type TaskPriority } from '@darkroom/contracts'
import { z } from 'zod'
import { AppError } from '../app-error.ts'
import { pointerTo } from '../http/input.ts'
import { wholeNumberOr } from '../http/query-fields.ts'
import { MAX_NAME_LENGTH } from '../tasks/clean-name.ts'
import { metadataOverride, parseMetadata } from '../tasks/metadata.ts'
import { callbackUrlField, notifyTextField } from '../tasks/report-fields.ts'
import { MAX_TTL_SECONDS, MIN_TTL_SECONDS } from '../tasks/ttl-bounds.ts'

/** The kinds that a form accepts; the first one is the default. */
export type UploadKinds = readonly [TaskKind, ...TaskKind[]]

/** The text fields of an upload. */
export function uploadFields({
  kinds,
  ...defaults
}: {
  kinds: UploadKinds
  ttlSeconds: number
  priority: TaskPriority
}) {
  const fields = z.strictObject({
    name: z
      .string()
      .max(MAX_NAME_LENGTH, `must have at most ${MAX_NAME_LENGTH} characters`)
      .optional()
      .meta({ description: 'Replaces the name of the file', examples: ['beach.jpg'] }),
    priority: taskPriority
      .default(defaults.priority)
      .meta({ description: 'Tasks of a higher priority are processed first' }),
    kind: z
      .enum(kinds, { error: ({ input }) => (isInputKind(input) ? FROM_JSON : undefined) })
      .default(kinds[0])
      .meta({ description: 'What to do with the file' }),
    ttlSeconds: wholeNumberOr(defaults.ttlSeconds, MIN_TTL_SECONDS, MAX_TTL_SECONDS).meta({
      description: 'How long the files are kept after the task has ended',
    }),
    metadata: z
      .string()
      .transform(parseMetadata)
      .default({})
      .meta({ description: 'Any JSON object, stored with the task', override: metadataOverride }),
    callbackUrl: callbackUrlField,
    notify: notifyTextField,
    ...ownFieldsOf(kinds),
  })
  return fields.superRefine((given, context) => {
    for (const path of Object.keys(given)) {
      const owner = kinds.find((kind) => path in KINDS[kind].fields)
      if (owner === undefined || path in KINDS[given.kind].fields) continue
      const message = `is a field of ${owner}, but the kind is ${given.kind}`
      context.addIssue({ code: 'custom', path: [path], message })
    }
  })
}

const FROM_JSON = 'is created from JSON, not from a file: send kind and input with Content-Type: application/json'
const isInputKind = (given: unknown): boolean => INPUT_KINDS.some((kind) => kind === given)

/** The fields that only some of these kinds have. All of them are optional. */
const ownFieldsOf = (kinds: UploadKinds): OwnFields =>
  Object.assign({}, ...kinds.map((kind) => KINDS[kind].fields)) as OwnFields

type OwnFields = All<(typeof KINDS)[TaskKind]['fields']>
type All<Some> = (Some extends unknown ? (some: Some) => void : never) extends (all: infer Every) => void
  ? Every
  : never

export type UploadFields = z.infer<ReturnType<typeof uploadFields>>

export const FIELD_NAMES: readonly string[] = Object.keys(
  uploadFields({ kinds: TASK_KINDS, ttlSeconds: MIN_TTL_SECONDS, priority: 'interactive' }).shape,
)

/**
 * The fields of a form that have a value: a web form also sends the others, as empty text. Throws
 * INVALID_FIELD for one that is repeated.
 */
export function givenFields(body: unknown): Record<string, unknown> {
  const fields = Object.entries((body ?? {}) as object).filter(([, value]) => value !== '')
  const errors = fields
    .filter(([, value]) => Array.isArray(value))
    .map(([name]) => ({ pointer: pointerTo([name]), detail: 'must be given once' }))
  if (errors[0])
    throw new AppError('INVALID_FIELD', `${errors[0].pointer} ${errors[0].detail}`, { errors: errors.slice(0, 20) })
  return Object.fromEntries(fields)
}
