/** The limits of an installation, as shown in its document. */
export interface ApiLimits {
  maxFileBytes: number
  maxPixels: number
  /** Per batch, like the next one. */
  maxFiles: number
  maxBatchBytes: number
  ttlSeconds: number
  maxRosterBytes: number
}

/** The limits from the environment. */
export const toApiLimits = (env: {
  UPLOAD_MAX_BYTES: number
  IMAGE_MAX_PIXELS: number
  BATCH_MAX_FILES: number
  BATCH_MAX_BYTES: number
  FILE_TTL_SECONDS: number
  ROSTER_MAX_BYTES: number
}): ApiLimits => ({
  maxFileBytes: env.UPLOAD_MAX_BYTES,
  maxPixels: env.IMAGE_MAX_PIXELS,
  maxFiles: env.BATCH_MAX_FILES,
  maxBatchBytes: env.BATCH_MAX_BYTES,
  ttlSeconds: env.FILE_TTL_SECONDS,
  maxRosterBytes: env.ROSTER_MAX_BYTES,
})
