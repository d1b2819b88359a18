// What the queue says of a job, as the events that its worker published, for documents that have
// not heard them.
import { taskCompleted, type TaskEvent, type TaskEventOf } from '@darkroom/contracts'
import { jobRunOf, parseFailureReason, processingEvent, retryEvent, type QueuedJob } from '@darkroom/messaging'
import type { TaskRecord } from '../tasks/task.ts'

/** The event that a completed job's return value is; undefined when it is not one. */
export function completionOf(returnValue: unknown): TaskEvent | undefined {
  return taskCompleted.safeParse(returnValue).data
}

/** The start of a run that is going on. */
export function startOf(job: QueuedJob, now: number): TaskEventOf<'task.processing'> {
  const run = jobRunOf(job, { workerId: 'unknown', startedAt: now })
  return processingEvent(run, run.startedAt)
}

/** Where the queue has only that a run ended, not how: its worker died, or gave the job back. */
const NO_REASON = { code: 'RUN_LOST', message: 'The run ended without a result', retryable: true }

/**
 * The end of the run that a document still takes to be going on, while its job waits for the next
 * one. `delayMs` is what is left at most until then.
 */
export function runEndOf(
  job: QueuedJob,
  task: TaskRecord,
  { delayMs, now }: { delayMs: number; now: number },
): TaskEventOf<'task.retry'> {
  // A job that was made anew has not run itself.
  const run = jobRunOf(job, { workerId: task.workerId ?? 'unknown', startedAt: task.startedAt?.getTime() ?? now })
  const reason = job.failedReason ? parseFailureReason(job.failedReason) : NO_REASON
  return retryEvent(run, { ...reason, delayMs }, now)
}
