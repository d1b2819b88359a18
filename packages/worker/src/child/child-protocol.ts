import type { FetchedSource, JobEnvelope, Outcome } from '@darkroom/contracts'
import type { FailureReason, Progress } from '@darkroom/messaging'

export type { Progress }

/** A message to a child: one job. The next one is sent only after the response. */
export interface ChildRequest {
  job: JobEnvelope
  /** The data folder of this run. */
  folder: string
}

/**
 * A message from a child: `ready` once, then any number of `progress` and one `done` or `failed`
 * for each job. Instead of `ready`, a child that cannot work on this machine says why, and ends.
 */
export type ChildMessage =
  | { type: 'ready' }
  | { type: 'unfit'; reason: string }
  | ({ type: 'progress' } & Progress)
  | { type: 'done'; processed: Processed }
  | { type: 'failed'; reason: FailureReason; detail: string }

/** The result of a job. */
export interface Processed extends Outcome {
  /** What became known about an original that was downloaded. */
  source?: FetchedSource
  /** The total size of the originals that were read. */
  bytesIn: number
}
