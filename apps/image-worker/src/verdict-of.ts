import { isImageError } from '@darkroom/images/image-error'
import type { VerdictOf } from '@darkroom/worker/child'

/** Errors of the engine are verdicts on the bytes: retrying cannot help. */
export const verdictOf: VerdictOf = (error) =>
  isImageError(error) ? { code: error.code, message: error.message } : undefined
