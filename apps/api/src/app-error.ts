import { PROBLEMS, type ProblemCode } from '@darkroom/contracts'

/**
 * An error for the client: `code` is stable, `message` says what to do. Anything else that is
 * thrown becomes an opaque 500. The status is that of the code in `PROBLEMS`. `headers` are added
 * to the response (Retry-After, Allow), `extra` to the members that all problems have.
 */
export class AppError extends Error {
  readonly code: ProblemCode
  readonly status: number
  readonly headers: Record<string, string>
  readonly errors: readonly FieldError[]
  readonly extra: Record<string, unknown>

  constructor(
    code: ProblemCode,
    message: string,
    more: {
      /**
       * Only for errors that Express itself detects: INVALID_REQUEST stands for each of its 4xx.
       */
      status?: number
      headers?: Record<string, string>
      errors?: readonly FieldError[]
      extra?: Record<string, unknown>
      cause?: unknown
    } = {},
  ) {
    super(message, { cause: more.cause })
    this.name = 'AppError'
    this.status = more.status ?? PROBLEMS[code].status
    this.code = code
    this.headers = more.headers ?? {}
    this.errors = more.errors ?? []
    this.extra = more.extra ?? {}
  }
}

/** An invalid field: a JSON pointer and the reason. */
export interface FieldError {
  pointer: string
  detail: string
}

export const taskNotFound = (): AppError => new AppError('TASK_NOT_FOUND', 'There is no task with this id.')

export const keyInUse = (): AppError =>
  waitForKey('A request with this Idempotency-Key is still being processed; try again in a moment.')

/** What had the key has been deleted, or is older than a day. */
export const keyNotFree = (holder: 'task' | 'batch'): AppError =>
  waitForKey(
    `No ${holder} has this Idempotency-Key any more, but it is not free yet: try again in a moment, or use another key.`,
  )

const waitForKey = (message: string): AppError =>
  new AppError('IDEMPOTENCY_IN_FLIGHT', message, { headers: { 'Retry-After': '1' } })

export const storageUnavailable = (cause: unknown): AppError =>
  new AppError(
    'STORAGE_UNAVAILABLE',
    'Files cannot be stored or read at the moment. Nothing was accepted; try again later.',
    {
      headers: { 'Retry-After': '5' },
      cause,
    },
  )

export const storageFull = (): AppError =>
  new AppError(
    'STORAGE_FULL',
    'There is not enough disk space for the file at the moment. Nothing was stored; try again later.',
    {
      headers: { 'Retry-After': '30' },
    },
  )

export const storeAway = (): AppError =>
  new AppError('STORE_UNAVAILABLE', 'The task store is currently unreachable; nothing was accepted.', {
    headers: { 'Retry-After': '5' },
  })
