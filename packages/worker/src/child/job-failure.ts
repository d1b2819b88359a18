import type { FailureReason } from '@darkroom/messaging'

/** A run that failed for a known reason. */
export class JobFailure extends Error {
  readonly reason: FailureReason

  constructor(reason: FailureReason, options?: ErrorOptions) {
    super(reason.message, options)
    this.name = 'JobFailure'
    this.reason = reason
  }
}

/** The reason of any error. An unexpected error is a bug of ours, and another attempt may help. */
export function reasonOf(error: unknown): FailureReason {
  if (error instanceof JobFailure) return error.reason
  return { code: 'INTERNAL', message: 'Processing failed unexpectedly', retryable: true }
}
