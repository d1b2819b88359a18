// Creates the events of a job, for API and workers: attempts, positions in the epoch's history,
// wait times.
import { eventSeq, STEP, type JobEnvelope, type TaskEventOf, type ToldOutcome } from '@darkroom/contracts'
import { parseFailureReason, type FailureReason } from './failure-reason.ts'
import type { CompletedEvent, QueuedJob } from './queued-job.ts'

/** One run of a job. Its counts include earlier jobs of the same epoch. */
export interface JobRun<Job extends JobEnvelope = JobEnvelope> {
  job: Job
  jobId: string
  workerId: string
  /** Runs of the epoch so far, including this one and those of lost workers. */
  attempt: number
  /**
   * Attempts of the epoch that have ended. A run that is still going on, or whose worker died, is
   * not counted.
   */
  attemptsMade: number
  /** Milliseconds since 1970. */
  startedAt: number
  /** Its span. */
  trace?: string | undefined
}

export interface Progress {
  stage: string
  percent: number
}

/**
 * The last run of a queued job. `otherwise` is used for what the queue does not know: a recreated
 * job may not have run yet.
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

/** @param now in milliseconds since 1970, as in all of these functions */
export function processingEvent(run: JobRun, now: number): TaskEventOf<'task.processing'> {
  return { eventType: 'task.processing', ...envelope(run, STEP.processing, now), ...runFacts(run) }
}

/** @param progress with the number of earlier progress events of this run as `count` */
export function progressEvent(
  run: JobRun,
  { count, ...progress }: Progress & { count: number },
  now: number,
): TaskEventOf<'task.progress'> {
  return { eventType: 'task.progress', ...envelope(run, STEP.progress + count, now), ...runFacts(run), ...progress }
}

/** Created before the queue knows about it: `attemptsMade` does not yet include this attempt. */
export function completedEvent(run: JobRun, told: ToldOutcome, now: number): CompletedEvent {
  const facts = { ...envelope(run, STEP.completed, now), ...runFacts(run), attempts: run.attemptsMade + 1 }
  return { eventType: 'task.completed', ...facts, ...told, processingTime: now - run.startedAt }
}

/**
 * Created from the job after the failure: `attemptsMade` includes this run if it used up an
 * attempt.
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
 * The end of a job that has failed permanently, by default for the reason that the queue knows. It
 * may never have run.
 */
export function failedEvent(
  queued: QueuedJob,
  now: number,
  reason = parseFailureReason(queued.failedReason),
): TaskEventOf<'task.failed'> {
  const { data: job, processedOn: startedAt = null, processedBy: workerId = null } = queued
  const { attempt, attemptsMade: attempts } = countsOf(queued)
  const trace = queued.opts.telemetry?.metadata
  const position = envelope({ job, attempt, trace }, STEP.failed, queued.finishedOn ?? now)
  const facts = { ...position, attempts, startedAt, workerId }
  const waitMs = startedAt === null ? null : waitMsOf(job, startedAt)
  return {
    eventType: 'task.failed',
    ...facts,
    ...faultOf(reason),
    willRetry: false,
    waitMs,
  }
}

/** Includes the runs and attempts of a job that Redis lost. */
function countsOf({ data: { previous }, attemptsStarted, attemptsMade }: QueuedJob) {
  return { attempt: (previous?.runs ?? 0) + attemptsStarted, attemptsMade: (previous?.attempts ?? 0) + attemptsMade }
}

function envelope(
  { job: { taskId, tenant, epoch }, attempt, trace }: Pick<JobRun, 'job' | 'attempt' | 'trace'>,
  step: number,
  timestamp: number,
) {
  return { taskId, tenant, timestamp, epoch, attempt, seq: eventSeq(attempt, step), ...(trace && { trace }) }
}

function runFacts({ job, workerId, startedAt, attemptsMade }: JobRun) {
  return { workerId, startedAt, waitMs: waitMsOf(job, startedAt), attempts: attemptsMade }
}

/** Another machine's clock may be ahead of ours. */
function waitMsOf({ timestamp }: JobEnvelope, startedAt: number): number {
  return Math.max(0, startedAt - timestamp)
}

const faultOf = ({ message, code, retryable }: FailureReason) => ({ error: message, code, retryable })
