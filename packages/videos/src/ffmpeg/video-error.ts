export type VideoErrorCode = 'FFMPEG_MISSING' | 'FFMPEG_FAILED' | 'ASSET_UNREADABLE'

/** A render that could not be started or finished, for a reason that the message explains. */
export class VideoError extends Error {
  readonly code: VideoErrorCode

  constructor(code: VideoErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'VideoError'
    this.code = code
  }
}

export const isVideoError = (error: unknown, code?: VideoErrorCode): error is VideoError =>
  error instanceof VideoError && (code === undefined || error.code === code)
