/**
 * FFMPEG_NOT_STARTED, FFMPEG_KILLED (by a signal) and FFMPEG_DISK_FULL are problems of the machine;
 * FFMPEG_FAILED is everything else that makes ffmpeg end.
 */
export type VideoErrorCode =
  | 'ASSET_UNREADABLE'
  | 'FFMPEG_DISK_FULL'
  | 'FFMPEG_FAILED'
  | 'FFMPEG_KILLED'
  | 'FFMPEG_MISSING'
  | 'FFMPEG_NOT_STARTED'

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
