import { jobStatus, taskKind, taskPriority, taskStatus, VARIANT_WIDTHS, type ProblemCode, type TaskPriority } from '@darkroom/contracts'
import { z } from 'zod'
import { AppError } from '../app-error.ts'
import { faultText } from './fault-text.ts'

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
    name: z
      .string()
      .max(MAX_NAME_LENGTH, `must have at most ${MAX_NAME_LENGTH} characters`)
      .optional()
      .meta({ description: 'Instead of the name of the file', examples: ['beach.jpg'] }),
    priority: taskPriority.default(defaults.priority).meta({ description: 'Which tasks go first' }),
    kind: taskKind.default('image.optimize').meta({ description: 'What is to be made of the photo' }),
    ttlSeconds: wholeNumberOr(defaults.ttlSeconds, MIN_TTL_SECONDS, MAX_TTL_SECONDS).meta({
      description: 'How long the files are kept after the task has ended',
    }),
    metadata: z.string().transform(parseMetadata).default({}).meta({ description: 'A JSON object of your own', override: freeObject }),
  })
}

/** What may be changed of a task, as JSON. */
export const taskChanges = z.strictObject({
  name: z
    .string()
    .max(MAX_NAME_LENGTH, `must have at most ${MAX_NAME_LENGTH} characters`)
    .regex(/\S/, 'must not be empty')
    .transform(cleanName)
    .optional()
    .meta({ description: 'The name under which variants are downloaded' }),
  metadata: z.unknown().transform(checkMetadata).optional().meta({ description: 'A JSON object of your own', override: freeObject }),
  ttlSeconds: z
    .number('must be a number')
    .int('must be a whole number')
    .min(MIN_TTL_SECONDS, `must be at least ${MIN_TTL_SECONDS}`)
    .max(MAX_TTL_SECONDS, `must be at most ${MAX_TTL_SECONDS}`)
    .optional()
    .meta({ description: 'How long the files are kept after the task has ended' }),
})

export type UploadFields = z.infer<ReturnType<typeof uploadFields>>

export const FIELD_NAMES: readonly string[] = Object.keys(uploadFields({ ttlSeconds: MIN_TTL_SECONDS, priority: 'interactive' }).shape)

/** The fields of a form that were filled in: a web form sends the others, too, as empty text. */
export const givenFields = (body: unknown): Record<string, unknown> =>
  Object.fromEntries(Object.entries((body ?? {}) as object).filter(([, value]) => value !== ''))

const pages = {
  page: wholeNumberOr(1, 1, 1_000_000).meta({ description: 'The number of the page' }),
  limit: wholeNumberOr(20, 1, 100).meta({ description: 'Tasks per page' }),
  cursor: z.string().max(100).optional().meta({ description: 'Where the page starts: `nextCursor` of the one before; wins over `page`' }),
}

/** The query of the tasks of one batch. */
export const pageQuery = z.strictObject(pages)

/** A time with its offset. A plus sign in a URL is a blank. */
export const time = z.iso
  .datetime({
    offset: true,
    error: ({ input }) =>
      `must be a time such as 2026-01-31T00:00:00Z${typeof input === 'string' && / \d\d:\d\d$/.test(input) ? '; in a URL, write the + of its offset as %2B' : ''}`,
  })
  .transform((text) => new Date(text))

export const IN_ORDER = { error: 'must not be after createdTo', path: ['createdFrom'] }
export const isInOrder = ({ createdFrom, createdTo }: { createdFrom?: Date | undefined; createdTo?: Date | undefined }): boolean =>
  !createdFrom || !createdTo || createdFrom <= createdTo

/** What a task list can be asked for. */
export const listFields = z.strictObject({
  status: taskStatus.optional().meta({ description: 'Only tasks in this status', param: { example: 'completed' } }),
  kind: taskKind.optional().meta({ description: 'Only tasks of this kind' }),
  priority: taskPriority.optional().meta({ description: 'Only tasks of this priority', param: { example: 'interactive' } }),
  createdFrom: time.optional().meta({ description: 'At this time or later, such as 2026-01-31T00:00:00Z' }),
  createdTo: time.optional().meta({ description: 'Before this time, such as 2026-03-01T00:00:00+02:00, whose + is written %2B in a URL' }),
  batchId: z
    .string()
    .regex(/^[0-9a-f]{24}$/, 'must be the id of a batch')
    .optional()
    .meta({ description: 'Only tasks of this batch' }),
  ...pages,
})

/** The query of a task list. */
export const listQuery = listFields.refine(isInOrder, IN_ORDER)

/** The query of the older list. */
export const jobListQuery = z.strictObject({
  status: jobStatus.optional().meta({ description: 'Only jobs in this status', param: { example: 'completed' } }),
  limit: wholeNumberOr(10, 1, 100).meta({ description: 'At most so many jobs' }),
})

/** The query of one task: how many seconds to wait for news of it. Other names are no concern of ours here. */
export const waitQuery = z.object({
  wait: wholeNumberOr(0, 0, MAX_WAIT_SECONDS).meta({ description: 'Seconds to wait for news of the task', param: { example: 10 } }),
})

const resolution = z
  .enum(VARIANT_WIDTHS.map(String) as [string, ...string[]])
  .optional()
  .meta({ description: 'The width of the variant; the largest if none is given', param: { example: '1024' } })

/** The query of a download: which variant, and by whose leave. Links that go round collect other names. */
export const downloadQuery = z.object({
  resolution,
  expires: wholeNumber(0, 999_999_999_999).optional().meta({ description: 'Part of a signed URL: seconds since 1970' }),
  kid: z.string().max(MAX_SIGNATURE_LENGTH).optional().meta({ description: 'Part of a signed URL: the id of the key' }),
  signature: z.string().max(MAX_SIGNATURE_LENGTH).optional().meta({ description: 'Part of a signed URL' }),
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
    .default(DEFAULT_URL_SECONDS)
    .meta({ description: 'How long the URL works' }),
})

/** Checks input against a schema. Throws an AppError that points at every wrong field. */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  fault: { status: number; code: ProblemCode },
): z.infer<Schema> {
  const parsed = schema.safeParse({ ...(input as object) }, { error: faultText })
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ pointer: pointerTo([...issue.path, key]), detail: issue.message }))
      : [{ pointer: pointerTo(issue.path), detail: issue.message }],
  )
  const summary = errors.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; ')
  throw new AppError(fault.status, fault.code, summary.slice(0, 500), { errors: errors.slice(0, 20) })
}

/** Control characters, line ends, what turns the direction of text round, and blanks that nobody sees. */
const UNSHOWN = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]+/gu

/**
 * A file name as it may be shown: no folders, no control or direction characters, never empty, well-formed, at most
 * 255 characters. Joiners stay: families of emoji and the words of many languages are made with them.
 */
export function cleanName(given: string): string {
  const base =
    given
      .slice(-5000)
      .split(/[/\\]/)
      .findLast((part) => part.trim() !== '') ?? ''
  const visible = base.toWellFormed().replace(UNSHOWN, ' ').replace(/\s+/g, ' ').trim()
  const name = [...visible].slice(0, MAX_NAME_LENGTH).join('').trim()
  return /[^\p{Cf}\s]/u.test(name) ? name : 'image'
}

function wholeNumber(min: number, max: number) {
  const text = z.string().regex(/^\d{1,12}$/, `must be a whole number from ${min} to ${max}`)
  const number = z.number().min(min, `must be at least ${min}`).max(max, `must be at most ${max}`)
  return text
    .transform(Number)
    .pipe(number)
    .meta({ override: integerFrom(min, max) })
}

function wholeNumberOr(fallback: number, min: number, max: number) {
  return wholeNumber(min, max)
    .default(fallback)
    .meta({ override: integerFrom(min, max, fallback) })
}

/** How the API's document shows numbers that come as text. */
export function integerFrom(minimum: number, maximum: number, fallback?: number) {
  return ({ jsonSchema }: { jsonSchema: object }): void => {
    Object.assign(jsonSchema, { type: 'integer', minimum, maximum, pattern: undefined, default: fallback })
  }
}

/** How it shows objects that are checked by hand. */
function freeObject({ jsonSchema }: { jsonSchema: object }): void {
  Object.assign(jsonSchema, {
    type: 'object',
    additionalProperties: true,
    propertyNames: { pattern: SAFE_KEY.source },
    examples: [{ album: 7 }],
  })
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
const SAFE_KEY = /^(?!\$|__proto__$|_bsontype$)[^.\0]*$/

const isUnsafeKey = (key: string): boolean => !SAFE_KEY.test(key) || !key.isWellFormed()

/** A JSON pointer (RFC 6901). */
export const pointerTo = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1').slice(0, 100)}`).join('')
