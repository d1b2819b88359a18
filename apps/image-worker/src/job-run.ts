import { eventSeq, imageJob, STEP, type ImageJob, type ImageJobResult, type TaskEventOf } from '@darkroom/contracts'
import type { FailureReason, QueuedImageJob } from '@darkroom/messaging'
import type { ProcessedImage, Progress } from './child-protocol.ts'

/** One run of a job by this worker, with its true numbers. */
export interface JobRun {
  job: ImageJob
  jobId: string
  workerId: string
  /** Runs of the epoch, this one included, lost workers counted. */
  attempt: number
  /** Attempts of the epoch that ended. A run that goes on, or whose worker died, has not used one up. */
  attemptsMade: number
  startedAt: number
}

/** The run that a queued job stands for; undefined when its data is none of ours. */
export function jobRunOf(queued: QueuedImageJob, workerId: string): JobRun | undefined {
  const job = imageJob.safeParse(queued.data).data
  if (!job) return undefined
  const { runs, attempts } = job.previous ?? { runs: 0, attempts: 0 }
  return {
    job,
    jobId: queued.id ?? job.taskId,
    workerId,
    attempt: runs + queued.attemptsStarted,
    attemptsMade: attempts + queued.attemptsMade,
    startedAt: queued.processedOn ?? Date.now(),
  }
}

export function processingEvent(run: JobRun): TaskEventOf<'task.processing'> {
  return { eventType: 'task.processing', ...envelope(run, STEP.processing), ...runFacts(run) }
}

/** @param count how many progress events of this run came before */
export function progressEvent(run: JobRun, progress: Progress, count: number): TaskEventOf<'task.progress'> {
  return { eventType: 'task.progress', ...envelope(run, STEP.progress + count), ...runFacts(run), ...progress }
}

/** Made when the child has answered: `attemptsMade` does not yet count the attempt that this ends. */
export function completedEvent(run: JobRun, { images }: ProcessedImage): ImageJobResult {
  const facts = envelope(run, STEP.completed)
  const processingTime = facts.timestamp - run.startedAt
  return { eventType: 'task.completed', ...facts, ...runFacts(run), images, processingTime, attempts: run.attemptsMade + 1 }
}

/** Made from the job as it is after the failure: `attemptsMade` counts it. */
export function retryEvent(run: JobRun, reason: FailureReason, delayMs: number): TaskEventOf<'task.retry'> {
  const facts = envelope(run, STEP.retry)
  const fault = { error: reason.message, code: reason.code, retryable: reason.retryable }
  return { eventType: 'task.retry', ...facts, ...runFacts(run), ...fault, nextAt: facts.timestamp + delayMs }
}

function envelope({ job, attempt }: JobRun, step: number) {
  const { taskId, tenant, epoch } = job
  return { taskId, tenant, timestamp: Date.now(), epoch, attempt, seq: eventSeq(attempt, step) }
}

function runFacts({ job, workerId, startedAt, attemptsMade }: JobRun) {
  // Another machine's clock may be ahead of ours.
  return { workerId, startedAt, waitMs: Math.max(0, startedAt - job.timestamp), attempts: attemptsMade }
}
