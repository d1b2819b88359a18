import type { ErrorCode, Problem } from './types.ts'

/** A request was refused or could not be sent. Branch on `code`, display `message`. */
export class DarkroomError extends Error {
  override readonly name = 'DarkroomError'
  readonly code: ErrorCode
  /** The HTTP status, if there was a response. */
  readonly status: number | undefined
  /** The whole problem document (RFC 9457), with the invalid fields in `errors`. */
  readonly problem: Problem | undefined

  constructor(code: ErrorCode, message: string, details: { status?: number; problem?: Problem; cause?: unknown } = {}) {
    super(message, { cause: details.cause })
    this.code = code
    this.status = details.status
    this.problem = details.problem
  }
}

export async function toDarkroomError(response: Response): Promise<DarkroomError> {
  const { status, headers } = response
  const text = await response.text().catch(() => '')
  if (headers.get('content-type')?.startsWith('application/problem+json')) {
    const problem = JSON.parse(text) as Problem
    return new DarkroomError(problem.code, problem.detail, { status, problem })
  }
  return new DarkroomError('INVALID_RESPONSE', `${response.url} answered with ${status}: ${text.slice(0, 200)}`, {
    status,
  })
}
