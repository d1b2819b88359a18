import { z } from 'zod'

/** Every code that a refusal may carry: the status that it comes with, and what it means to a client. */
export const PROBLEMS = {
  INVALID_REQUEST: { status: 400, means: 'The request is not valid HTTP, or its path or headers cannot be read.' },
  INVALID_QUERY: { status: 400, means: 'A parameter of the query is wrong or not known; `errors` points at each.' },
  INVALID_JSON: { status: 400, means: 'The body is not a JSON object.' },
  NOT_MULTIPART: { status: 400, means: 'The body is not multipart/form-data.' },
  INVALID_MULTIPART: { status: 400, means: 'The form is broken, was cut off, or has too many or nested fields.' },
  NO_FILE: { status: 400, means: 'The form has no file.' },
  TOO_MANY_FILES: { status: 400, means: 'The form has more files than are taken at once.' },
  UNEXPECTED_FILE_FIELD: { status: 400, means: 'A file is in a field that takes none.' },
  INVALID_IDEMPOTENCY_KEY: { status: 400, means: 'The Idempotency-Key does not have 1 to 255 visible ASCII characters.' },
  ADMIN_TOKEN_REQUIRED: { status: 401, means: 'Only who shows the ADMIN_TOKEN may do this.' },
  ADMIN_LOCAL_ONLY: { status: 403, means: 'No ADMIN_TOKEN is set, so this answers on the machine itself only.' },
  CROSS_SITE_REQUEST: { status: 403, means: 'A web page of another site asked for this.' },
  INVALID_SIGNATURE: { status: 403, means: 'The URL was not signed here, was changed since, or its key was withdrawn.' },
  URL_EXPIRED: { status: 403, means: 'The time for which the URL was signed is over.' },
  ROUTE_NOT_FOUND: { status: 404, means: 'There is nothing at this path.' },
  TASK_NOT_FOUND: { status: 404, means: 'There is no task with this id.' },
  BATCH_NOT_FOUND: { status: 404, means: 'There is no batch with this id.' },
  QUEUE_NOT_FOUND: { status: 404, means: 'There is no queue of this name.' },
  VARIANT_NOT_FOUND: { status: 404, means: 'The task has no variant of this resolution.' },
  FILE_MISSING: { status: 404, means: 'The file of the task is no longer there.' },
  METHOD_NOT_ALLOWED: { status: 405, means: 'The path does not take this method; `Allow` says which it takes.' },
  REQUEST_TIMEOUT: { status: 408, means: 'The request took too long to arrive.' },
  IDEMPOTENCY_IN_FLIGHT: { status: 409, means: 'A request with this Idempotency-Key is still being worked on.' },
  SIGNING_DISABLED: { status: 409, means: 'This installation has no keys to sign URLs with.' },
  TASK_NOT_READY: { status: 409, means: 'The task has not ended yet.' },
  TASK_FAILED: { status: 409, means: 'The task has failed and has no files.' },
  TASK_CANCELLED: { status: 409, means: 'The task was cancelled and has no files.' },
  TASK_FINAL: { status: 409, means: 'The task has ended already.' },
  TASK_NOT_FINAL: { status: 409, means: 'The task has not ended yet: only what has ended can be started anew.' },
  TASK_CHANGED: { status: 409, means: 'Somebody else changed the task at this moment.' },
  TASK_PROCESSING: { status: 409, means: 'The task is being processed: cancel it first.' },
  TASK_EXPIRED: { status: 410, means: 'The files of the task have expired.' },
  PRECONDITION_FAILED: { status: 412, means: 'What was named by the precondition has changed since.' },
  FILE_TOO_LARGE: { status: 413, means: 'The file has more bytes than are taken.' },
  BATCH_TOO_LARGE: { status: 413, means: 'The files together have more bytes than are taken at once.' },
  BODY_TOO_LARGE: { status: 413, means: 'The body has more bytes than are taken.' },
  NOT_JSON: { status: 415, means: 'The body does not say that it is application/json.' },
  UNSUPPORTED_ENCODING: { status: 415, means: 'The body is in a character set or a compression that is not read here.' },
  IMAGE_UNSUPPORTED: { status: 415, means: 'The file, by its bytes, is not a JPEG, PNG, WebP or GIF image.' },
  RANGE_NOT_SATISFIABLE: { status: 416, means: 'The range lies outside of the file.' },
  EXPECTATION_FAILED: { status: 417, means: 'The only expectation that is met is 100-continue.' },
  INVALID_FIELD: { status: 422, means: 'A field is wrong or not known; `errors` points at each.' },
  IDEMPOTENCY_KEY_REUSED: { status: 422, means: 'The Idempotency-Key was used for another request.' },
  IMAGE_TOO_LARGE: { status: 422, means: 'The image has more pixels, or a longer side, than is taken.' },
  IMAGE_CORRUPT: { status: 422, means: 'The image is damaged.' },
  BATCH_REJECTED: { status: 422, means: 'None of the files can be taken; `items` says why, file by file.' },
  TOO_MANY_WAITING: { status: 429, means: 'Too many requests wait for news already.' },
  TOO_MANY_UPLOADS: { status: 429, means: 'Too many uploads from one address are under way.' },
  HEADERS_TOO_LARGE: { status: 431, means: 'The headers or the URL are too long.' },
  INTERNAL: { status: 500, means: 'Something went wrong on our side.' },
  STORE_UNAVAILABLE: { status: 503, means: 'The task store cannot be reached, or is too busy to answer, right now.' },
  QUEUE_UNAVAILABLE: { status: 503, means: 'The queue cannot be reached right now.' },
  TOO_MANY_CONNECTIONS: { status: 503, means: 'Too many connections are open, in all or from one address.' },
  STORAGE_UNAVAILABLE: { status: 503, means: 'Files can be neither stored nor read right now.' },
  OVERLOADED: { status: 503, means: 'More is waiting already than this service takes on.' },
  STORAGE_FULL: { status: 507, means: 'There is no room to take the file right now.' },
} as const satisfies Record<string, { status: number; means: string }>

export type ProblemCode = keyof typeof PROBLEMS

/** RFC 9457 problem details, with a stable `code` and, for bad fields, JSON pointers to each of them. */
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string().meta({ description: 'What is wrong and what to do about it, for people' }),
    code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]).meta({ description: 'Stable: what programs may decide by' }),
    instance: z.string().meta({ description: 'The path that was asked' }).optional(),
    errors: z
      .array(z.object({ pointer: z.string(), detail: z.string() }))
      .meta({ description: 'Each wrong field, by JSON pointer' })
      .optional(),
  })
  .meta({ id: 'Problem', description: 'Problem details (RFC 9457)' })
export type Problem = z.infer<typeof problem>
