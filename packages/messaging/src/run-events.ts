// The arithmetic of runs, for whoever makes an event of a job: attempts, the place in the epoch's
// history, waiting times.
import { eventSeq, STEP, type JobEnvelope, type TaskEventOf, type ToldOutcome } from '@darkroom/contracts'
import { parseFailureReason, type FailureReason } from './failure-reason.ts'
import type { CompletedEvent, QueuedJob } from './queued-job.ts'

/** One run of a job, with its true numbers. */
export interface JobRun<Job extends JobEnvelope = JobEnvelope> {
  job: Job
  jobId: string
  workerId: string
  /** Runs of the epoch, this one included, lost workers counted. */
  attempt: number
  /**
   * Attempts of the epoch that ended. A run that goes on, or whose worker died, has not used one
   * up.
   */
  attemptsMade: number
  /** Milliseconds since 1970. */
  startedAt: number
}

export interface Progress {
  stage: string
  percent: number
}

/**
 * The last run of a queued job. `otherwise` stands in for what the queue does not say: a job that
 * was made anew has not run itself.
 */
export function jobRunOf<Job extends JobEnvelope>(
  queued: QueuedJob<Job>,
  otherwise: { workerId: string; startedAt: number },
): JobRun<Job> {
  return {
    ...countsOf(queued),
    job: queued.data,
    jobId: queued.id ?? queued.data.taskId,
    workerId: queued.processedBy ?? otherwise.workerId,
    startedAt: queued.processedOn ?? otherwise.startedAt,
  }
}

/** @param now in milliseconds since 1970, as in all of these */
export function processingEvent(run: JobRun, now: number): TaskEventOf<'task.processing'> {
  return { eventType: 'task.processing', ...envelope(run, STEP.processing, now), ...runFacts(run) }
}

/** @param progress with the `count` of progress events that came before in this run */
export function progressEvent(
  run: JobRun,
  { count, ...progress }: Progress & { count: number },
  now: number,
): TaskEventOf<'task.progress'> {
  return { eventType: 'task.progress', ...envelope(run, STEP.progress + count, now), ...runFacts(run), ...progress }
}

/**
 * Made before the queue knows of it: `attemptsMade` does not yet count the attempt that this ends.
 */
export function completedEvent(run: JobRun, told: ToldOutcome, now: number): CompletedEvent {
  const facts = { ...envelope(run, STEP.completed, now), ...runFacts(run), attempts: run.attemptsMade + 1 }
  return { eventType: 'task.completed', ...facts, ...told, processingTime: now - run.startedAt }
}

/**
 * Made from the job as it is after the failure: `attemptsMade` counts it, if it used up an attempt.
 */
export function retryEvent(
  run: JobRun,
  fault: FailureReason & { delayMs: number },
  now: number,
): TaskEventOf<'task.retry'> {
  return {
    eventType: 'task.retry',
    ...envelope(run, STEP.retry, now),
    ...runFacts(run),
    ...faultOf(fault),
    nextAt: now + fault.delayMs,
  }
}

/**
 * The end of a job that has failed for good, by what the queue knows of it. It may never have run.
 */
export function failedEvent(queued: QueuedJob, now: number): TaskEventOf<'task.failed'> {
  const { data: job, processedOn: startedAt = null, processedBy: workerId = null } = queued
  const { attempt, attemptsMade: attempts } = countsOf(queued)
  const facts = { ...envelope({ job, attempt }, STEP.failed, queued.finishedOn ?? now), attempts, startedAt, workerId }
  const waitMs = startedAt === null ? null : waitMsOf(job, startedAt)
  return {
    eventType: 'task.failed',
    ...facts,
    ...faultOf(parseFailureReason(queued.failedReason)),
    willRetry: false,
    waitMs,
  }
}

/** Runs and attempts of a job that Redis lost are added. */
function countsOf({ data: { previous }, attemptsStarted, attemptsMade }: QueuedJob) {
  return { attempt: (previous?.runs ?? 0) + attemptsStarted, attemptsMade: (previous?.attempts ?? 0) + attemptsMade }
}

function envelope(
  { job: { taskId, tenant, epoch }, attempt }: Pick<JobRun, 'job' | 'attempt'>,
  step: number,
  timestamp: number,
) {
  return { taskId, tenant, timestamp, epoch, attempt, seq: eventSeq(attempt, step) }
}

function runFacts({ job, workerId, startedAt, attemptsMade }: JobRun) {
  return { workerId, startedAt, waitMs: waitMsOf(job, startedAt), attempts: attemptsMade }
}

/** Another machine's clock may be ahead of ours. */
function waitMsOf({ timestamp }: JobEnvelope, startedAt: number): number {
  return Math.max(0, startedAt - timestamp)
}

const faultOf = ({ message, code, retryable }: FailureReason) => ({ error: message, code, retryable })
