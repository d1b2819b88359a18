/**
 * Why an image was refused. All codes are verdicts on the bytes: the same bytes are refused again.
 */
export type ImageErrorCode = 'IMAGE_UNSUPPORTED' | 'IMAGE_TOO_LARGE' | 'IMAGE_CORRUPT'

/** The measured size of the refused image in pixels, if its header could be read. */
export interface MeasuredPx {
  width: number
  height: number
}

/**
 * A verdict on the image itself, with a message for the person who sent it (never a path). Any
 * other error of the engine (missing file, disk or memory problem) is not an ImageError and may
 * succeed on a retry.
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
