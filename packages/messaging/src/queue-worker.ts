import type { JobEnvelope } from '@darkroom/contracts'
import { UnrecoverableError, type Processor, type Worker, type WorkerOptions } from 'bullmq'
import type { Redis } from 'ioredis'
import type { QueueNames } from './names.ts'
import type { CompletedEvent } from './queued-job.ts'
import { LockingWorker } from './run-locks.ts'

export interface QueueWorkerOptions {
  /** A `consumer` connection; the caller owns and closes it. */
  redis: Redis
  names: QueueNames
  workerId: string
  concurrency: number
  /**
   * How long a silent worker keeps its jobs. Together with `stalledIntervalMs` it limits how long
   * the jobs of a killed worker wait.
   */
  lockDurationMs: number
  stalledIntervalMs: number
  /** Records the runs as spans that continue what their jobs carry. */
  telemetry?: WorkerOptions['telemetry']
}

/**
 * A job survives ten deaths of its worker; one more fails it. Infrastructure failures must not fail
 * a valid task.
 */
const MAX_STALLS = 10
/** By default BullMQ waits 15 s after a failed Redis call; many jobs take a tenth of a second. */
const RETRY_DELAY_MS = 1000

export type QueueWorker<Job extends JobEnvelope = JobEnvelope> = Worker<Job, CompletedEvent, string>
export type JobProcessor<Job extends JobEnvelope = JobEnvelope> = Processor<Job, CompletedEvent, string>

/** A BullMQ worker for a queue. It does not start until `run()` is called. */
export function createQueueWorker<Job extends JobEnvelope>(
  processor: JobProcessor<Job>,
  options: QueueWorkerOptions,
): QueueWorker<Job> {
  return new LockingWorker<Job, CompletedEvent>(options.names.queue, processor, {
    connection: options.redis,
    prefix: options.names.prefix,
    name: options.workerId,
    autorun: false,
    concurrency: options.concurrency,
    lockDuration: options.lockDurationMs,
    stalledInterval: options.stalledIntervalMs,
    maxStalledCount: MAX_STALLS,
    runRetryDelay: RETRY_DELAY_MS,
    ...(options.telemetry && { telemetry: options.telemetry }),
  })
}

/**
 * Returns the jobs of silent workers to the queue once. BullMQ does this in every worker that takes
 * jobs, but not in a paused one. Workers share the interval: all but the first call in it do
 * nothing.
 */
export async function recoverStalledJobs(worker: QueueWorker): Promise<void> {
  const jobIds = await worker.backend.moveStalledJobsToWait()
  for (const jobId of jobIds) worker.emit('stalled', jobId, 'active')
}

/** An error that retrying cannot fix: the job fails immediately. */
export function permanentFailure(message: string): Error {
  return new UnrecoverableError(message)
}
