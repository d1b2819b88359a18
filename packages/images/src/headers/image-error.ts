/**
 * Why an image was refused. All of them are verdicts on the bytes: the same bytes are refused
 * again.
 */
export type ImageErrorCode = 'IMAGE_UNSUPPORTED' | 'IMAGE_TOO_LARGE' | 'IMAGE_CORRUPT'

/** The measured size of the refused image in pixels, where its header could be read. */
export interface MeasuredPx {
  width: number
  height: number
}

/**
 * A verdict on the image itself, with a message fit for the person who sent it (never a path).
 * Anything else the engine throws (file missing, disk or memory trouble) is no ImageError and may
 * pass on a retry.
 */
export class ImageError extends Error {
  readonly code: ImageErrorCode
  readonly permanent = true
  readonly width: number | undefined
  readonly height: number | undefined

  constructor(code: ImageErrorCode, message: string, details: { measured?: MeasuredPx; cause?: unknown } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'ImageError'
    this.code = code
    this.width = details.measured?.width
    this.height = details.measured?.height
  }
}

export function isImageError(error: unknown): error is ImageError {
  return error instanceof ImageError
}
