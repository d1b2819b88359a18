import type { ProblemCode } from '@darkroom/contracts'
import { TASK_ID } from './example-ids.ts'

interface Header {
  description: string
  schema: { type: 'string' | 'integer'; [keyword: string]: unknown }
  required?: boolean
  example: unknown
}

/** The documented response headers. A required one is on every response that lists it. */
export const HEADERS = {
  Location: {
    description: 'Where to follow the accepted task, batch or upload',
    schema: { type: 'string' },
    required: true,
    example: `/api/v1/tasks/${TASK_ID}`,
  },
  FileLocation: {
    description: 'Where the file can be downloaded, without credentials',
    schema: { type: 'string' },
    required: true,
    example: 'https://s3.example.com/photos/output/beach/1024/0cc1….jpg?X-Amz-Expires=3600&X-Amz-Signature=4f1d…',
  },
  RetryAfter: {
    description: 'Seconds to wait before the next request',
    schema: { type: 'integer', minimum: 1 },
    required: true,
    example: 2,
  },
  MaybeRetryAfter: {
    description: 'Seconds to wait before the next request',
    schema: { type: 'integer', minimum: 1 },
    example: 5,
  },
  ETag: {
    description: 'Identifies this version of the response',
    schema: { type: 'string' },
    required: true,
    example: '"vW3p0Zx"',
  },
  Link: {
    description: 'The next page, if there is one (RFC 8288)',
    schema: { type: 'string' },
    example: '</api/v1/tasks?cursor=…>; rel="next"',
  },
  ContentDisposition: {
    description: 'The file name to save it under',
    schema: { type: 'string' },
    required: true,
    example: 'attachment; filename="beach-1024.jpg"',
  },
  UploadOffset: {
    description: 'How many bytes of the upload are stored',
    schema: { type: 'integer', minimum: 0 },
    required: true,
    example: 1_048_576,
  },
  TaskLocation: {
    description: 'The task that the upload has become, if these were its last bytes',
    schema: { type: 'string' },
    example: `/api/v1/tasks/${TASK_ID}`,
  },
  AcceptRanges: { description: 'Ranges are supported', schema: { type: 'string' }, required: true, example: 'bytes' },
  ContentRange: {
    description: 'The range that is sent, and the size of the whole file',
    schema: { type: 'string' },
    required: true,
    example: 'bytes 0-1023/143210',
  },
  WWWAuthenticate: {
    description: 'How to authenticate',
    schema: { type: 'string' },
    required: true,
    example: 'Bearer realm="darkroom"',
  },
} as const satisfies Record<string, Header>

export type HeaderName = keyof typeof HEADERS

const NAMES: Record<HeaderName, string> = {
  Location: 'Location',
  FileLocation: 'Location',
  RetryAfter: 'Retry-After',
  MaybeRetryAfter: 'Retry-After',
  ETag: 'ETag',
  Link: 'Link',
  ContentDisposition: 'Content-Disposition',
  UploadOffset: 'Upload-Offset',
  TaskLocation: 'Location',
  AcceptRanges: 'Accept-Ranges',
  ContentRange: 'Content-Range',
  WWWAuthenticate: 'WWW-Authenticate',
}

/** The headers of a problem. */
export const PROBLEM_HEADERS: Partial<Record<ProblemCode, HeaderName>> = {
  KEY_REQUIRED: 'WWWAuthenticate',
  TOO_MANY_TRIES: 'RetryAfter',
  IDEMPOTENCY_IN_FLIGHT: 'MaybeRetryAfter',
  TASK_NOT_READY: 'MaybeRetryAfter',
  TASK_CHANGED: 'MaybeRetryAfter',
  TOO_MANY_WAITING: 'RetryAfter',
  UPLOAD_LOCKED: 'RetryAfter',
  TOO_MANY_UPLOADS: 'RetryAfter',
  RATE_LIMITED: 'RetryAfter',
  QUOTA_EXCEEDED: 'RetryAfter',
  TOO_MANY_CONNECTIONS: 'RetryAfter',
  STORE_UNAVAILABLE: 'RetryAfter',
  QUEUE_UNAVAILABLE: 'RetryAfter',
  STORAGE_UNAVAILABLE: 'RetryAfter',
  OVERLOADED: 'RetryAfter',
  STORAGE_FULL: 'RetryAfter',
}

export const headers = (names: readonly HeaderName[]) =>
  Object.fromEntries(names.map((name) => [NAMES[name], { $ref: `#/components/headers/${name}` as const }]))
