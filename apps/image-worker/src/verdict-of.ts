import { isImageError } from '@darkroom/images'
import type { VerdictOf } from '@darkroom/worker/child'

/** What sharp's errors say of the bytes, as the engine sorts them: no further attempt can help. */
export const verdictOf: VerdictOf = (error) =>
  isImageError(error) ? { code: error.code, message: error.message } : undefined
