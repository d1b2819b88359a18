// The state of a job in the queue, as the events that its worker published, for documents that
// missed them.
import { taskCompleted, type TaskEvent, type TaskEventOf } from '@darkroom/contracts'
import { jobRunOf, parseFailureReason, processingEvent, retryEvent, type QueuedJob } from '@darkroom/messaging'
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
  // A recreated job has not run itself.
  const run = jobRunOf(job, { workerId: task.workerId ?? 'unknown', startedAt: task.startedAt?.getTime() ?? now })
  const reason = job.failedReason ? parseFailureReason(job.failedReason) : NO_REASON
  return retryEvent(run, { ...reason, delayMs }, now)
}
