// The state of a job in the queue, as the events that its worker published, for documents that
// missed them.
import { taskCompleted, type TaskEvent, type TaskEventOf } from '@darkroom/contracts'
import {
  failedEvent,
  jobRunOf,
  parseFailureReason,
  processingEvent,
  retryEvent,
  type QueuedJob,
} from '@darkroom/messaging'
import type { TaskRecord } from '../tasks/task.ts'

/** The event in a completed job's return value; undefined if it is not one. */
export function completionOf(returnValue: unknown): TaskEvent | undefined {
  return taskCompleted.safeParse(returnValue).data
}

/** The start of a run that is in progress. */
export function startOf(job: QueuedJob, now: number): TaskEventOf<'task.processing'> {
  const run = jobRunOf(job, { workerId: 'unknown', startedAt: now })
  return processingEvent(run, run.startedAt)
}

/** If the queue only knows that a run ended, not how: its worker died, or returned the job. */
const NO_REASON = { code: 'RUN_LOST', message: 'The run ended without a result', retryable: true }

/**
 * The end of the run that is still in progress according to the document, while its job waits for
 * the next one. `delayMs` is the longest time until then.
 */
export function runEndOf(
  job: QueuedJob,
  task: TaskRecord,
  { delayMs, now }: { delayMs: number; now: number },
): TaskEventOf<'task.retry'> {
  const reason = job.failedReason ? parseFailureReason(job.failedReason) : NO_REASON
  return retryEvent(lastRunOf(job, task, now), { ...reason, delayMs }, now)
}

const NO_RESULT = { code: 'RESULT_INVALID', message: 'The worker returned no valid result', retryable: true }

/**
 * The end of a run whose job has completed, but with a return value that is no result: an attempt
 * was used up.
 */
export function invalidEndOf(job: QueuedJob, task: TaskRecord, now: number): TaskEventOf<'task.retry' | 'task.failed'> {
  if (job.attemptsMade >= (job.opts.attempts ?? 1)) return failedEvent(job, now, NO_RESULT)
  return retryEvent(lastRunOf(job, task, now), { ...NO_RESULT, delayMs: 0 }, now)
}

/** A recreated job has not run itself. */
const lastRunOf = (job: QueuedJob, task: TaskRecord, now: number) =>
  jobRunOf(job, { workerId: task.workerId ?? 'unknown', startedAt: task.startedAt?.getTime() ?? now })
