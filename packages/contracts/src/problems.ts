import { z } from 'zod'

/** Every problem code, with its status and its meaning for a client. */
export const PROBLEMS = {
  INVALID_REQUEST: { status: 400, means: 'The request is not valid HTTP, or its path or headers cannot be parsed.' },
  INVALID_QUERY: { status: 400, means: 'A query parameter is invalid or unknown; `errors` lists each one.' },
  INVALID_JSON: { status: 400, means: 'The body is not a JSON object.' },
  NOT_MULTIPART: { status: 400, means: 'The body is not multipart/form-data.' },
  INVALID_MULTIPART: { status: 400, means: 'The form is malformed or incomplete, or has too many or nested fields.' },
  NO_FILE: { status: 400, means: 'The form contains no file.' },
  TOO_MANY_FILES: { status: 400, means: 'The form contains too many files.' },
  UNEXPECTED_FILE_FIELD: { status: 400, means: 'A file was sent in a field that does not accept files.' },
  INVALID_IDEMPOTENCY_KEY: {
    status: 400,
    means: 'The Idempotency-Key does not have 1 to 255 visible ASCII characters.',
  },
  INVALID_UPLOAD_HEADER: { status: 400, means: 'A header of the tus protocol is missing or invalid.' },
  KEY_REQUIRED: { status: 401, means: 'The request requires a valid API key.' },
  TOO_MANY_TRIES: { status: 429, means: 'The address has sent too many wrong tokens within a minute.' },
  SCOPE_MISSING: { status: 403, means: 'The key does not have the scope that the request requires.' },
  CROSS_SITE_REQUEST: { status: 403, means: 'A web page of another origin requested a change.' },
  INVALID_SIGNATURE: { status: 403, means: 'The signature is invalid: the URL was modified, or its key was removed.' },
  URL_EXPIRED: { status: 403, means: 'The signed URL has expired.' },
  ROUTE_NOT_FOUND: { status: 404, means: 'This path does not exist.' },
  TASK_NOT_FOUND: { status: 404, means: 'There is no task with this id.' },
  KEY_NOT_FOUND: { status: 404, means: 'There is no key with this id.' },
  BATCH_NOT_FOUND: { status: 404, means: 'There is no batch with this id.' },
  ALBUM_NOT_FOUND: { status: 404, means: 'There is no album with this name: no photo and no roster names it.' },
  ROSTER_NOT_FOUND: { status: 404, means: 'The album has no roster.' },
  QUEUE_NOT_FOUND: { status: 404, means: 'There is no queue with this name.' },
  VARIANT_NOT_FOUND: { status: 404, means: 'The task has no file of this name, or no variant of this resolution.' },
  ASSET_NOT_FOUND: { status: 404, means: 'There is no asset of this name.' },
  UPLOAD_NOT_FOUND: {
    status: 404,
    means: 'There is no upload with this id: it was refused, removed, or never created.',
  },
  WEBHOOK_NOT_FOUND: { status: 404, means: 'There is no webhook with this id.' },
  DELIVERY_NOT_FOUND: { status: 404, means: 'There is no delivery with this id.' },
  FILE_MISSING: { status: 404, means: 'The file of the task is missing.' },
  METHOD_NOT_ALLOWED: {
    status: 405,
    means: 'The path does not support this method; `Allow` lists the supported ones.',
  },
  REQUEST_TIMEOUT: { status: 408, means: 'The request took too long to arrive.' },
  IDEMPOTENCY_IN_FLIGHT: {
    status: 409,
    means: 'A request with this Idempotency-Key is still being processed, or the key is not free again yet.',
  },
  UPLOAD_CONFLICT: { status: 409, means: 'The request does not continue where the stored part of the upload ends.' },
  UPLOAD_INCOMPLETE: { status: 409, means: 'Bytes of the upload are still missing.' },
  DIRECT_UPLOADS_DISABLED: { status: 409, means: 'This installation has no bucket that clients could send files to.' },
  SIGNING_DISABLED: { status: 409, means: 'This installation has no keys for signing URLs.' },
  WEBHOOK_DISABLED: { status: 409, means: 'The webhook is switched off.' },
  TASK_NOT_READY: { status: 409, means: 'The task has not ended yet.' },
  TASK_FAILED: { status: 409, means: 'The task has failed and has no files.' },
  TASK_CANCELLED: { status: 409, means: 'The task was cancelled and has no files.' },
  KEY_ENDED: { status: 409, means: 'The key is revoked or has expired.' },
  TASK_FINAL: { status: 409, means: 'The task has ended already.' },
  TASK_NOT_FINAL: { status: 409, means: 'The task has not ended yet: only finished tasks can be restarted.' },
  TASK_CHANGED: { status: 409, means: 'Another request changed the task at the same time.' },
  TASK_PROCESSING: { status: 409, means: 'The task is being processed: cancel it first.' },
  TASK_EXPIRED: { status: 410, means: 'The files of the task have expired.' },
  UPLOAD_EXPIRED: { status: 410, means: 'The upload was not completed in time.' },
  UNSUPPORTED_TUS_VERSION: { status: 412, means: 'The request is not of version 1.0.0 of the tus protocol.' },
  PRECONDITION_FAILED: { status: 412, means: 'The task or file has changed: the precondition is no longer true.' },
  FILE_TOO_LARGE: { status: 413, means: 'The file is too large.' },
  BATCH_TOO_LARGE: { status: 413, means: 'The files together are too large.' },
  BODY_TOO_LARGE: { status: 413, means: 'The body is too large.' },
  NOT_JSON: { status: 415, means: 'The Content-Type is not application/json.' },
  NOT_A_ROSTER: { status: 415, means: 'The Content-Type is neither text/csv nor application/json.' },
  UNSUPPORTED_ENCODING: { status: 415, means: 'The charset or Content-Encoding of the body is not supported.' },
  IMAGE_UNSUPPORTED: { status: 415, means: 'The content of the file is not a JPEG, PNG, WebP or GIF image.' },
  RANGE_NOT_SATISFIABLE: { status: 416, means: 'The range is outside the file.' },
  EXPECTATION_FAILED: { status: 417, means: 'Only the expectation 100-continue is supported.' },
  HOST_NOT_ALLOWED: { status: 421, means: 'The host name of the request is not one of this service.' },
  INVALID_FIELD: { status: 422, means: 'A field is invalid or unknown; `errors` lists each one.' },
  INVALID_ROSTER: { status: 422, means: 'The roster is invalid; `errors` names each line or entry at fault.' },
  IDEMPOTENCY_KEY_REUSED: { status: 422, means: 'The Idempotency-Key was used for another request.' },
  IMAGE_TOO_LARGE: { status: 422, means: 'The image has too many pixels, or a side that is too long.' },
  IMAGE_CORRUPT: { status: 422, means: 'The image is damaged.' },
  CHECKSUM_MISMATCH: { status: 422, means: 'The received bytes do not have the SHA-256 that the client stated.' },
  BATCH_REJECTED: { status: 422, means: 'None of the files can be accepted; `items` gives the reason for each.' },
  UPLOAD_LOCKED: { status: 423, means: 'Another request is sending bytes of this upload.' },
  TOO_MANY_WAITING: { status: 429, means: 'Too many requests are waiting already.' },
  TOO_MANY_UPLOADS: { status: 429, means: 'Too many uploads from one address or tenant are in progress.' },
  RATE_LIMITED: { status: 429, means: 'Too many requests came from one key or address within a minute.' },
  QUOTA_EXCEEDED: { status: 429, means: 'The tenant has reached a quota.' },
  HEADERS_TOO_LARGE: { status: 431, means: 'The headers or the URL are too long.' },
  INTERNAL: { status: 500, means: 'Something went wrong on our side.' },
  ISSUER_UNAVAILABLE: { status: 503, means: 'The issuer of access tokens cannot be reached.' },
  STORE_UNAVAILABLE: { status: 503, means: 'The task store is currently unreachable or overloaded.' },
  QUEUE_UNAVAILABLE: { status: 503, means: 'The queue is currently unreachable.' },
  TOO_MANY_CONNECTIONS: { status: 503, means: 'Too many connections are open, in total or from one address.' },
  STORAGE_UNAVAILABLE: { status: 503, means: 'Files cannot be stored or read at the moment.' },
  OVERLOADED: { status: 503, means: 'The service is overloaded.' },
  STORAGE_FULL: { status: 507, means: 'There is currently not enough disk space for the file.' },
} as const satisfies Record<string, { status: number; means: string }>

export type ProblemCode = keyof typeof PROBLEMS

/** RFC 9457 problem details, with a stable `code` and a JSON pointer to each invalid field. */
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string().meta({ description: 'What is wrong and how to fix it, in plain words' }),
    code: z
      .enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]])
      .meta({ description: 'A stable code for programs' }),
    instance: z.string().meta({ description: 'The path of the request' }).optional(),
    errors: z
      .array(z.object({ pointer: z.string(), detail: z.string() }))
      .meta({ description: 'Each invalid field, as a JSON pointer' })
      .optional(),
  })
  .meta({ id: 'Problem', description: 'Problem details (RFC 9457)' })
export type Problem = z.infer<typeof problem>
