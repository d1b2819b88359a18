import { z } from 'zod'
import { RAW_TYPES } from '../uploads/image-upload.ts'
import { uploadFields } from '../uploads/upload-fields.ts'
import { ANY_FORM, type UploadForm } from '../uploads/upload-form.ts'
import type { ApiLimits } from './api-limits.ts'
import { JSON_PROBLEMS, type Operation } from '../http/openapi/operation.ts'

/** The errors of any form with files. */
const FORM_PROBLEMS = [
  'NOT_MULTIPART',
  'INVALID_MULTIPART',
  'NO_FILE',
  'TOO_MANY_FILES',
  'UNEXPECTED_FILE_FIELD',
  'INVALID_IDEMPOTENCY_KEY',
  'IDEMPOTENCY_IN_FLIGHT',
  'INVALID_FIELD',
  'IDEMPOTENCY_KEY_REUSED',
  'TOO_MANY_UPLOADS',
  'QUOTA_EXCEEDED',
  'STORE_UNAVAILABLE',
  'STORAGE_UNAVAILABLE',
  'OVERLOADED',
  'STORAGE_FULL',
] as const

/** The errors of a request for a task that begins with JSON, besides those of any JSON. */
export const INPUT_PROBLEMS = [
  'INVALID_IDEMPOTENCY_KEY',
  'IDEMPOTENCY_IN_FLIGHT',
  'IDEMPOTENCY_KEY_REUSED',
  'TOO_MANY_UPLOADS',
  'QUOTA_EXCEEDED',
  'STORE_UNAVAILABLE',
  'STORAGE_UNAVAILABLE',
  'OVERLOADED',
  'STORAGE_FULL',
] as const

export const UPLOAD_PROBLEMS = [
  ...FORM_PROBLEMS,
  'FILE_TOO_LARGE',
  'IMAGE_UNSUPPORTED',
  'IMAGE_TOO_LARGE',
  'IMAGE_CORRUPT',
] as const

/** Of many files, or of JSON with their URLs. */
export const BATCH_PROBLEMS = [
  ...FORM_PROBLEMS,
  ...JSON_PROBLEMS.filter((code) => code !== 'INVALID_FIELD'),
  'BATCH_TOO_LARGE',
  'BATCH_REJECTED',
] as const

const MIB = 1024 * 1024
const mebibytes = (bytes: number): string => `${Math.floor(bytes / MIB)} MiB`

const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/)
  .optional()
  // No example: the interactive reference would send the same key each time.
  .meta({ description: 'A unique key of your choice, such as a UUID: makes the request safe to repeat for 24 hours' })

export const requestParams = { header: z.object({ 'Idempotency-Key': idempotencyKey }) }

/**
 * No example of the body: for a file it could only contain text, and the interactive reference
 * would send that.
 */
const formOf = (schema: z.ZodType) => ({ required: true, content: { 'multipart/form-data': { schema } } })

const binary = (description: string) => z.string().meta({ description, override: { format: 'binary' } })

type Body = Pick<Operation, 'requestParams'> & { body: NonNullable<Operation['body']> & { content: object } }

/** A form with one file, or a file alone. */
export function uploadBody(
  { maxFileBytes, maxPixels, ttlSeconds }: ApiLimits,
  { kinds, fileFields }: UploadForm = ANY_FORM,
): Body {
  const limits = `JPEG, PNG, WebP or GIF (determined by content), at most ${mebibytes(maxFileBytes)} and ${maxPixels.toLocaleString('en')} pixels`
  const [field = 'file', ...others] = fileFields
  const other = binary(`Another name of \`${field}\`, for existing clients`).optional().meta({ deprecated: true })
  const form = z.strictObject({
    [field]: binary(`The photo: ${limits}`),
    ...Object.fromEntries(others.map((name) => [name, other])),
    ...uploadFields({ kinds, ttlSeconds, priority: 'interactive' }).shape,
  })
  const { content } = formOf(form)
  const alone = Object.fromEntries(RAW_TYPES.map((type) => [type, { schema: binary(`The photo alone: ${limits}`) }]))
  return {
    requestParams: { ...requestParams, query: fieldsOf(kinds, ttlSeconds) },
    body: { required: true, content: { ...content, ...alone } },
  }
}

/** Of a photo that is sent alone: the query takes the place of the form's fields. */
const fieldsOf = (kinds: UploadForm['kinds'], ttlSeconds: number) =>
  z.object(uploadFields({ kinds, ttlSeconds, priority: 'interactive' }).shape)

/** A form with many. */
export function batchBody(
  { maxFileBytes, maxPixels, maxFiles, maxBatchBytes, ttlSeconds }: ApiLimits,
  { kinds, batchFields }: UploadForm = ANY_FORM,
): Body {
  const [field = 'files'] = batchFields
  const names = batchFields.map((name) => `\`${name}\``).join(', ')
  const limits = `each at most ${mebibytes(maxFileBytes)} and ${maxPixels.toLocaleString('en')} pixels, in total at most ${mebibytes(maxBatchBytes)}`
  const form = z.strictObject({
    [field]: z
      .array(z.string().meta({ override: { format: 'binary' } }))
      .min(1)
      .max(maxFiles)
      .meta({ description: `The photos, in fields of any of these names: ${names}; ${limits}` }),
    ...uploadFields({ kinds, ttlSeconds, priority: 'batch' }).shape,
  })
  return { requestParams, body: formOf(form) }
}
