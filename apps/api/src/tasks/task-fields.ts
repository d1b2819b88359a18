import { taskKind, taskPriority, taskStatus, VARIANT_WIDTHS, type TaskPriority } from '@darkroom/contracts'
import { z } from 'zod'
import { AppError } from '../app-error.ts'
import { JOB_STATUSES, type JobStatus } from './job-view.ts'

const MAX_NAME_LENGTH = 255
const MAX_METADATA_DEPTH = 8
const DAY_SECONDS = 86_400
const MIN_TTL_SECONDS = 60
const MAX_WAIT_SECONDS = 30
const DEFAULT_URL_SECONDS = 3600
const MAX_URL_SECONDS = 7 * DAY_SECONDS
const MAX_SIGNATURE_LENGTH = 100
const MAX_TTL_SECONDS = 365 * DAY_SECONDS

/** The text fields of an upload. */
export function uploadFields(defaults: { ttlSeconds: number; priority: TaskPriority }) {
  return z.strictObject({
    name: z.string().max(MAX_NAME_LENGTH, `must have at most ${MAX_NAME_LENGTH} characters`).optional(),
    priority: taskPriority.default(defaults.priority),
    kind: taskKind.default('image.optimize'),
    ttlSeconds: wholeNumber(MIN_TTL_SECONDS, MAX_TTL_SECONDS).default(defaults.ttlSeconds),
    metadata: z.string().transform(parseMetadata).default({}),
  })
}

/** What may be changed of a task, as JSON. */
export const taskChanges = z.strictObject({
  name: z
    .string()
    .max(MAX_NAME_LENGTH, `must have at most ${MAX_NAME_LENGTH} characters`)
    .refine((name) => name.trim() !== '', 'must not be empty')
    .transform(cleanName)
    .optional(),
  metadata: z.unknown().transform(checkMetadata).optional(),
  ttlSeconds: z
    .number('must be a number')
    .int('must be a whole number')
    .min(MIN_TTL_SECONDS, `must be at least ${MIN_TTL_SECONDS}`)
    .max(MAX_TTL_SECONDS, `must be at most ${MAX_TTL_SECONDS}`)
    .optional(),
})

export type UploadFields = z.infer<ReturnType<typeof uploadFields>>

const pages = {
  page: wholeNumber(1, 1_000_000).default(1),
  limit: wholeNumber(1, 100).default(20),
  cursor: z.string().max(100).optional(),
}

/** The query of the tasks of one batch. */
export const pageQuery = z.strictObject(pages)

/** The query of a task list. */
export const listQuery = z.strictObject({
  status: taskStatus.optional(),
  kind: taskKind.optional(),
  priority: taskPriority.optional(),
  createdFrom: z.iso.datetime({ offset: true }).transform(toDate).optional(),
  createdTo: z.iso.datetime({ offset: true }).transform(toDate).optional(),
  batchId: z
    .string()
    .regex(/^[0-9a-f]{24}$/, 'must be the id of a batch')
    .optional(),
  ...pages,
})

/** The query of the older list. */
export const jobListQuery = z.strictObject({
  status: z.enum(Object.keys(JOB_STATUSES) as [JobStatus, ...JobStatus[]]).optional(),
  limit: wholeNumber(1, 100).default(10),
})

/** The query of one task: how many seconds to wait for news of it. Other names are no concern of ours here. */
export const waitQuery = z.object({ wait: wholeNumber(0, MAX_WAIT_SECONDS).default(0) })

const resolution = z.enum(VARIANT_WIDTHS.map(String) as [string, ...string[]]).optional()

/** The query of a download: which variant, and by whose leave. */
export const downloadQuery = z.strictObject({
  resolution,
  expires: wholeNumber(0, 999_999_999_999).optional(),
  kid: z.string().max(MAX_SIGNATURE_LENGTH).optional(),
  signature: z.string().max(MAX_SIGNATURE_LENGTH).optional(),
})
export type DownloadQuery = z.infer<typeof downloadQuery>

/** What is asked of a signed URL, as JSON. */
export const downloadUrlFields = z.strictObject({
  resolution,
  expiresInSeconds: z
    .number('must be a number')
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(MAX_URL_SECONDS, `must be at most ${MAX_URL_SECONDS}`)
    .default(DEFAULT_URL_SECONDS),
})

/** Checks input against a schema. Throws an AppError that points at every wrong field. */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  fault: { status: number; code: string },
): z.infer<Schema> {
  const parsed = schema.safeParse({ ...(input as object) })
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ pointer: pointerTo([key]), detail: 'is not known here' }))
      : [{ pointer: pointerTo(issue.path), detail: issue.message }],
  )
  const summary = errors.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; ')
  throw new AppError(fault.status, fault.code, summary.slice(0, 500), { errors: errors.slice(0, 20) })
}

/**
 * A file name as it may be shown: no folders, no control or direction characters, never empty, well-formed, at most
 * 255 characters.
 */
export function cleanName(given: string): string {
  const base =
    given
      .slice(-5000)
      .split(/[/\\]/)
      .findLast((part) => part.trim() !== '') ?? ''
  const visible = base
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return [...visible].slice(0, MAX_NAME_LENGTH).join('').trim() || 'image'
}

function wholeNumber(min: number, max: number) {
  const text = z.string().regex(/^\d{1,12}$/, `must be a whole number from ${min} to ${max}`)
  return text.transform(Number).pipe(z.number().min(min, `must be at least ${min}`).max(max, `must be at most ${max}`))
}

function toDate(text: string): Date {
  return new Date(text)
}

function parseMetadata(text: string, context: z.RefinementCtx): Record<string, unknown> {
  try {
    return checkMetadata(JSON.parse(text), context)
  } catch {
    return refuse(context, 'must be a JSON object')
  }
}

function checkMetadata(value: unknown, context: z.RefinementCtx): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(context, 'must be a JSON object')
  const wrong = unstorable(value, 1)
  return wrong === undefined ? (value as Record<string, unknown>) : refuse(context, wrong)
}

function refuse(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: 'custom', message })
  return z.NEVER
}

/**
 * What would not come back as it was sent is refused, at any depth: keys that a database or a JavaScript object takes for
 * more than a name, text that is not Unicode, numbers beyond all bounds.
 */
function unstorable(value: unknown, depth: number): string | undefined {
  if (typeof value === 'string' && !value.isWellFormed()) return 'must be valid Unicode'
  if (typeof value === 'number' && !Number.isFinite(value)) return 'must not have numbers this large'
  if (typeof value !== 'object' || value === null) return undefined
  if (depth > MAX_METADATA_DEPTH) return `must not be nested deeper than ${MAX_METADATA_DEPTH} levels`
  for (const [key, inner] of Object.entries(value)) {
    if (isUnsafeKey(key)) return `must not have the key ${JSON.stringify(key.slice(0, 50))}`
    const wrong = unstorable(inner, depth + 1)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

/** `_bsontype` makes the MongoDB driver take an object for one of its own types, and fail on it. */
const isUnsafeKey = (key: string): boolean =>
  ['__proto__', '_bsontype'].includes(key) || key.startsWith('$') || /[.\0]/.test(key) || !key.isWellFormed()

/** A JSON pointer (RFC 6901). */
export const pointerTo = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1').slice(0, 100)}`).join('')
