import { eventSeq, imageJobResult, STEP, type TaskEvent, type TaskEventOf } from '@darkroom/contracts'
import { parseFailureReason, type QueuedImageJob } from '@darkroom/messaging'
import type { TaskRecord } from '../tasks/task.ts'

/** The event that a completed job's return value is; undefined when it is not one. */
export function completedEvent(returnValue: unknown): TaskEvent | undefined {
  return imageJobResult.safeParse(returnValue).data
}

/** The event of a job that has failed for good, with the true numbers of its attempts. */
export function failedEvent(job: QueuedImageJob, now: number): TaskEventOf<'task.failed'> {
  const { taskId, tenant, epoch, previous, timestamp } = job.data
  const attempt = (previous?.runs ?? 0) + job.attemptsStarted
  const startedAt = job.processedOn ?? null
  const { code, message, retryable } = parseFailureReason(job.failedReason)
  return {
    eventType: 'task.failed',
    taskId,
    tenant,
    timestamp: job.finishedOn ?? now,
    epoch,
    attempt,
    seq: eventSeq(attempt, STEP.failed),
    error: message,
    code,
    retryable,
    attempts: (previous?.attempts ?? 0) + job.attemptsMade,
    willRetry: false,
    startedAt,
    waitMs: startedAt === null ? null : Math.max(0, startedAt - timestamp),
    workerId: job.processedBy ?? null,
  }
}

/** The event of a job that a worker has in hand, for a document that never heard of its start. */
export function processingEvent(job: QueuedImageJob, now: number): TaskEventOf<'task.processing'> {
  const { taskId, tenant, epoch, previous, timestamp } = job.data
  const attempt = (previous?.runs ?? 0) + job.attemptsStarted
  const startedAt = job.processedOn ?? now
  return {
    eventType: 'task.processing',
    taskId,
    tenant,
    timestamp: startedAt,
    epoch,
    attempt,
    seq: eventSeq(attempt, STEP.processing),
    workerId: job.processedBy ?? 'unknown',
    startedAt,
    waitMs: Math.max(0, startedAt - timestamp),
    attempts: (previous?.attempts ?? 0) + job.attemptsMade,
  }
}

/** Where the queue has only that a run ended, not how: its worker died, or gave the job back. */
const NO_REASON = { code: 'RUN_LOST', message: 'The run ended without a result', retryable: true }

/**
 * The event of a job that waits for its next run, with the numbers of the run that ended, for a document that still takes that run to
 * be going on. `delayMs` is what is left at most until the next run.
 */
export function retryEvent(job: QueuedImageJob, task: TaskRecord, delayMs: number, now: number): TaskEventOf<'task.retry'> {
  const { taskId, tenant, epoch, previous, timestamp } = job.data
  const attempt = (previous?.runs ?? 0) + job.attemptsStarted
  // A job that was made anew has not run itself.
  const startedAt = job.processedOn ?? task.startedAt?.getTime() ?? now
  const { code, message, retryable } = job.failedReason ? parseFailureReason(job.failedReason) : NO_REASON
  return {
    eventType: 'task.retry',
    taskId,
    tenant,
    timestamp: now,
    epoch,
    attempt,
    seq: eventSeq(attempt, STEP.retry),
    workerId: job.processedBy ?? task.workerId ?? 'unknown',
    startedAt,
    waitMs: Math.max(0, startedAt - timestamp),
    attempts: (previous?.attempts ?? 0) + job.attemptsMade,
    error: message,
    code,
    retryable,
    nextAt: now + delayMs,
  }
}
