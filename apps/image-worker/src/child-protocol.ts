import type { ImageJob, Variant } from '@darkroom/contracts'
import type { FailureReason } from '@darkroom/messaging'

/** What a child is told: one job. It gets the next one only after it has answered. */
export interface ChildRequest {
  job: ImageJob
}

/** What a child says. `ready` once, then any number of `progress` and one `done` or `failed` for each job. */
export type ChildMessage =
  | { type: 'ready' }
  | ({ type: 'progress' } & Progress)
  | { type: 'done'; processed: ProcessedImage }
  | { type: 'failed'; reason: FailureReason; detail: string }

export interface Progress {
  stage: string
  percent: number
}

export interface ProcessedImage {
  images: Variant[]
  bytesIn: number
  bytesOut: number
}
