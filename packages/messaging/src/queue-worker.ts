import type { JobEnvelope } from '@darkroom/contracts'
import { UnrecoverableError, Worker, type Processor } from 'bullmq'
import type { Redis } from 'ioredis'
import type { QueueNames } from './names.ts'
import type { CompletedEvent } from './queued-job.ts'

export interface QueueWorkerOptions {
  /** A `consumer` connection; the caller owns and closes it. */
  redis: Redis
  names: QueueNames
  workerId: string
  concurrency: number
  /**
   * How long a silent worker keeps its jobs. With the check interval it bounds the recovery time of
   * a killed worker.
   */
  lockDurationMs: number
  stalledIntervalMs: number
}

/**
 * A worker may die ten times under one job before the job is given up: infrastructure kills must
 * not fail a good task.
 */
const MAX_STALLS = 10
/** BullMQ waits 15 s after a failed Redis call by default; many a job takes a tenth of a second. */
const RETRY_DELAY_MS = 1000

export type QueueWorker<Job extends JobEnvelope = JobEnvelope> = Worker<Job, CompletedEvent, string>
export type JobProcessor<Job extends JobEnvelope = JobEnvelope> = Processor<Job, CompletedEvent, string>

/** A BullMQ worker on a queue. It does not run before `run()` is called. */
export function createQueueWorker<Job extends JobEnvelope>(
  processor: JobProcessor<Job>,
  options: QueueWorkerOptions,
): QueueWorker<Job> {
  return new Worker<Job, CompletedEvent, string>(options.names.queue, processor, {
    connection: options.redis,
    prefix: options.names.prefix,
    name: options.workerId,
    autorun: false,
    concurrency: options.concurrency,
    lockDuration: options.lockDurationMs,
    stalledInterval: options.stalledIntervalMs,
    maxStalledCount: MAX_STALLS,
    runRetryDelay: RETRY_DELAY_MS,
  })
}

/** A fault that no further attempt can cure: the job fails at once. */
export function permanentFailure(message: string): Error {
  return new UnrecoverableError(message)
}
