/** What an installation takes, as its document says. */
export interface ApiLimits {
  maxFileBytes: number
  maxPixels: number
  /** Of one batch, as the next one. */
  maxFiles: number
  maxBatchBytes: number
  ttlSeconds: number
}
