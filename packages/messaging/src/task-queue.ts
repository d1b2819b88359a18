import {
  JOB_STATES,
  jobIdOf,
  PRIORITIES,
  type JobEnvelope,
  type JobState,
  type KindContract,
  type KindPolicy,
  type TaskPriority,
} from '@darkroom/contracts'
import { Queue, type JobsOptions } from 'bullmq'
import type { Redis } from 'ioredis'
import type { QueueNames } from './names.ts'
import { readStreamEnds } from './queue-event-stream.ts'
import type { CompletedEvent, QueuedJob } from './queued-job.ts'
import { oldestWaitingSince, readQueueLoad, type QueueLoad } from './queue-load.ts'
import { readWorkerPresence } from './worker-presence.ts'

/** What an operator may say of attempts; see `KindPolicy`. */
export interface QueuePolicy {
  attempts?: number | undefined
  backoffMs?: number | undefined
}

/**
 * What is put on the queue for one task. `attempts` is less than the policy's when earlier ones are
 * used up.
 */
export interface Delivery {
  job: JobEnvelope
  priority: TaskPriority
  attempts: number
}

/** A quarter of the wait is random, so that jobs that failed together do not come back together. */
const BACKOFF_JITTER = 0.25
/**
 * About five events a job: room for some 40,000 jobs of listener outage before the oldest are
 * trimmed.
 */
const EVENTS_KEPT = 200_000
/**
 * A finished job is needed until its event is applied: it holds the result, and that it is there
 * proves that it was not lost. So BullMQ drops it by age only, far beyond any outage of the API;
 * what is applied goes long before (`KeptJobs` of the API). A bound on their number would drop
 * those first that nobody has heard of yet.
 */
const KEEP_FINISHED = { age: 24 * 3600 }

/**
 * The queue of a kind as the API uses it. What the operator leaves out of the policy is as the kind
 * says. Every method throws `QueueUnavailableError` at once while Redis is away.
 */
export class TaskQueue {
  readonly name: string
  readonly names: QueueNames
  readonly kind: KindContract
  readonly policy: KindPolicy
  /** For dashboards that speak BullMQ themselves. */
  readonly bullmq: Queue<JobEnvelope, CompletedEvent, string>
  readonly #redis: Redis

  /** @param options.redis a `producer` connection; the caller owns and closes it */
  constructor(options: { redis: Redis; names: QueueNames; kind: KindContract; policy?: QueuePolicy }) {
    const { redis, names, kind } = options
    const { attempts = kind.policy.attempts, backoffMs = kind.policy.backoffMs } = options.policy ?? {}
    this.name = names.queue
    this.names = names
    this.kind = kind
    this.policy = { ...kind.policy, attempts, backoffMs }
    this.#redis = redis
    this.bullmq = new Queue(names.queue, {
      connection: redis,
      prefix: names.prefix,
      streams: { events: { maxLen: EVENTS_KEPT } },
      defaultJobOptions: {
        backoff: { type: 'exponential', delay: backoffMs, jitter: BACKOFF_JITTER },
        removeOnComplete: KEEP_FINISHED,
        removeOnFail: KEEP_FINISHED,
      },
    })
    // Without a listener an 'error' ends the process; the connection logs its own.
    this.bullmq.on('error', () => {})
  }

  /** Puts jobs on the queue in one round trip. A job that is already there is left as it is. */
  async add(deliveries: readonly Delivery[]): Promise<void> {
    this.#assertConnected()
    await this.bullmq.addBulk(
      deliveries.map(({ job, priority, attempts }) => ({
        name: this.kind.job,
        data: job,
        opts: jobOptions(job, priority, attempts),
      })),
    )
  }

  /**
   * The job of a task's epoch; undefined when Redis does not know it. One that Redis lost while
   * it waited comes back without its data when a worker takes it, and fails: that says nothing
   * about the task.
   */
  async find(taskId: string, epoch: number): Promise<QueuedJob | undefined> {
    this.#assertConnected()
    const job = (await this.bullmq.getJob(jobIdOf(taskId, epoch))) as QueuedJob | undefined
    return job?.data.taskId === taskId ? job : undefined
  }

  /** Takes a job off the queue. False when a worker has it: then it stays. */
  async remove(taskId: string, epoch: number): Promise<boolean> {
    this.#assertConnected()
    return (await this.bullmq.remove(jobIdOf(taskId, epoch))) === 1
  }

  /**
   * Takes jobs that have finished off the queue, in one round trip. Returns how many there were.
   */
  async forget(jobIds: readonly string[]): Promise<number> {
    this.#assertConnected()
    const removed = await Promise.all(jobIds.map((jobId) => this.bullmq.remove(jobId)))
    return removed.filter((count) => count === 1).length
  }

  /**
   * Of the jobs that finished before a time (ms since the epoch) takes up to `limit` of the
   * oldest off the queue, as long as more than `keep` are left.
   */
  async forgetOldest(
    state: 'completed' | 'failed',
    { before, keep, limit }: { before: number; keep: number; limit: number },
  ): Promise<number> {
    this.#assertConnected()
    const key = `${this.names.prefix}:${this.names.queue}:${state}`
    const [oldest, count] = await Promise.all([
      this.#redis.zrange(key, '-inf', `(${before}`, 'BYSCORE', 'LIMIT', 0, limit),
      this.#redis.zcard(key),
    ])
    const gone = oldest.slice(0, Math.max(0, count - keep))
    return this.forget(gone)
  }

  /** The first and the last event kept; undefined where the stream is empty or lost. */
  async eventEnds(): Promise<{ first: string; last: string } | undefined> {
    this.#assertConnected()
    return readStreamEnds(this.#redis, this.names)
  }

  /** Jobs that are still to be run. */
  async backlog(): Promise<number> {
    this.#assertConnected()
    return this.bullmq.getJobCountByTypes('waiting', 'prioritized', 'delayed')
  }

  async counts(): Promise<
    Record<JobState, number> & { isPaused: boolean; workers: number; oldestWaitingSince: number | null }
  > {
    this.#assertConnected()
    const [counts, isPaused, { workers }, oldest] = await Promise.all([
      this.bullmq.getJobCounts(...JOB_STATES),
      this.bullmq.isPaused(),
      readWorkerPresence(this.#redis, this.names),
      oldestWaitingSince(this.#redis, this.names),
    ])
    const of = (state: JobState): number => counts[state] ?? 0
    return {
      waiting: of('waiting'),
      prioritized: of('prioritized'),
      active: of('active'),
      delayed: of('delayed'),
      completed: of('completed'),
      failed: of('failed'),
      isPaused,
      workers,
      oldestWaitingSince: oldest,
    }
  }

  async load(): Promise<QueueLoad> {
    this.#assertConnected()
    return readQueueLoad(this.bullmq, this.#redis, this.names)
  }

  /**
   * No further job is started, by any worker, until `resume`; those that run are finished. Both
   * may be repeated.
   */
  async pause(): Promise<void> {
    this.#assertConnected()
    await this.bullmq.pause()
  }

  async resume(): Promise<void> {
    this.#assertConnected()
    await this.bullmq.resume()
  }

  /**
   * Jobs of one state in ascending order, from `start` to `end`, both included. `waiting` goes on
   * with those that have a priority.
   */
  async jobs(state: JobState, start: number, end: number): Promise<QueuedJob[]> {
    this.#assertConnected()
    const page = (of: JobState, from: number, to: number) =>
      this.bullmq.getJobs([of], from, to, true) as Promise<QueuedJob[]>
    if (state !== 'waiting') return page(state, start, end)
    const plain = await this.bullmq.getJobCountByTypes('waiting')
    const first = start < plain ? await page('waiting', start, Math.min(end, plain - 1)) : []
    return end < plain ? first : [...first, ...(await page('prioritized', Math.max(0, start - plain), end - plain))]
  }

  close(): Promise<void> {
    return this.bullmq.close()
  }

  #assertConnected(): void {
    if (this.#redis.status !== 'ready') throw new QueueUnavailableError()
  }
}

/** The queue's Redis cannot be reached right now. Nothing was put on it. */
export class QueueUnavailableError extends Error {
  readonly code = 'QUEUE_UNAVAILABLE'

  constructor() {
    super('The queue is currently unreachable')
    this.name = 'QueueUnavailableError'
  }
}

function jobOptions(job: JobEnvelope, priority: TaskPriority, attempts: number): JobsOptions {
  return { jobId: jobIdOf(job.taskId, job.epoch), priority: PRIORITIES[priority], attempts: Math.max(1, attempts) }
}
