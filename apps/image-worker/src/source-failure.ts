import { isImageError } from '@darkroom/images'
import { JobFailure, readFailure } from '@darkroom/worker/child'

/** Why the variants could not be made. The engine's verdicts on the bytes are permanent; trouble of the machine may pass. */
export function sourceFailure(error: unknown): JobFailure {
  if (!isImageError(error)) return readFailure(error)
  return new JobFailure({ code: error.code, message: error.message, retryable: false }, { cause: error })
}
