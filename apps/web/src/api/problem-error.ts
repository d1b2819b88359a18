import type { Problem } from '@darkroom/contracts'

/** A refusal by the API, in its own words. */
export class ProblemError extends Error {
  readonly status: number
  readonly code: string
  /** When to try again, if the API says so. */
  readonly retryAfterMs: number | undefined

  constructor(status: number, given: { detail: string; code: string; retryAfterMs?: number | undefined }) {
    super(given.detail)
    this.name = 'ProblemError'
    this.status = status
    this.code = given.code
    this.retryAfterMs = given.retryAfterMs
  }
}

/** Whether there is no key, or one that may not do this. */
export const isForbidden = (error: unknown): boolean =>
  error instanceof ProblemError && (error.status === 401 || error.status === 403)

/** From the body of a response; a proxy may have sent something else. */
export function toProblemError(status: number, body: string, retryAfter: string | null): ProblemError {
  const { detail, code } = parseProblem(body)
  const seconds = Number(retryAfter ?? Number.NaN)
  return new ProblemError(status, {
    detail: detail ?? `The server answered with status ${status}.`,
    code: code ?? 'UNKNOWN',
    retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : undefined,
  })
}

function parseProblem(body: string): Partial<Problem> {
  try {
    const parsed: unknown = JSON.parse(body)
    return typeof parsed === 'object' && parsed !== null ? parsed : {}
  } catch {
    return {}
  }
}
