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

/**
 * The reason of any error: what we did not foresee is a fault of ours, and another attempt may
 * help.
 */
export function reasonOf(error: unknown): FailureReason {
  if (error instanceof JobFailure) return error.reason
  return { code: 'INTERNAL', message: 'Processing failed unexpectedly', retryable: true }
}
