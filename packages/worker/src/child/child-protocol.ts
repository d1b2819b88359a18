import type { JobEnvelope, Outcome } from '@darkroom/contracts'
import type { FailureReason, Progress } from '@darkroom/messaging'

export type { Progress }

/** What a child is told: one job. It gets the next one only after it has answered. */
export interface ChildRequest {
  job: JobEnvelope
}

/**
 * What a child says. `ready` once, then any number of `progress` and one `done` or `failed` for
 * each job.
 */
export type ChildMessage =
  | { type: 'ready' }
  | ({ type: 'progress' } & Progress)
  | { type: 'done'; processed: Processed }
  | { type: 'failed'; reason: FailureReason; detail: string }

/** What came of a job. */
export interface Processed extends Outcome {
  /** Of the originals that were read. */
  bytesIn: number
}
