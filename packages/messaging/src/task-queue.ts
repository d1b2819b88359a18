import {
  JOB_STATES,
  jobIdOf,
  PRIORITIES,
  type JobEnvelope,
  type JobState,
  type KeepPolicy,
  type KindContract,
  type KindPolicy,
  type TaskKind,
  type TaskPriority,
} from '@darkroom/contracts'
import { Queue, type JobsOptions } from 'bullmq'
import type { Redis } from 'ioredis'
import type { QueueNames } from './names.ts'
import { readStreamEnds, type StreamEnds } from './queue-event-stream.ts'
import type { CompletedEvent, QueuedJob } from './queued-job.ts'
import { oldestWaitingSince, readQueueLoad, type QueueLoad } from './queue-load.ts'
import { arrangeTurns, giveTurnBack, type TenantWeights } from './turns.ts'
import { readWorkerPresence, readWorkers, type ConnectedWorker } from './worker-presence.ts'

/** The operator's settings for attempts; see `KindPolicy`. */
export interface QueuePolicy {
  attempts?: number | undefined
  backoffMs?: number | undefined
}

/** A job to add to the queue. `attempts` is less than the policy's if some are used up already. */
export interface Delivery {
  job: JobEnvelope
  priority: TaskPriority
  attempts: number
  /** The span that its runs continue. */
  trace?: string | undefined
}

/**
 * A quarter of the wait is random, so that jobs that failed together are not all retried at once.
 */
const BACKOFF_JITTER = 0.25
/**
 * A job has about five events, so the listener may miss some 40,000 jobs before the oldest events
 * are trimmed.
 */
const EVENTS_KEPT = 200_000
/**
 * A finished job is needed until its event has been applied: it holds the result, and its existence
 * proves that it was not lost. So BullMQ removes it by age only, after far longer than an outage of
 * the API; the API removes applied ones much earlier (`KeptJobs`). A limit on the number of jobs
 * could remove some whose events have not been applied yet.
 */
const keepFinished = ({ ageMs }: KeepPolicy) => ({
  age: Math.max(24 * 3600, Number.isFinite(ageMs) ? ageMs / 1000 : 0),
})

/**
 * The queue of a kind, as used by the API. Settings that the operator omits are those of the kind.
 * Every method throws `QueueUnavailableError` immediately while Redis is unreachable.
 */
export class TaskQueue {
  readonly name: string
  readonly names: QueueNames
  readonly kind: KindContract<TaskKind>
  readonly policy: KindPolicy
  /** For dashboards that use BullMQ directly. */
  readonly bullmq: Queue<JobEnvelope, CompletedEvent, string>
  readonly #redis: Redis
  readonly #weights: TenantWeights

  /** @param options.redis a `producer` connection; the caller owns and closes it */
  constructor(options: {
    redis: Redis
    names: QueueNames
    kind: KindContract<TaskKind>
    policy?: QueuePolicy
    weights?: TenantWeights
  }) {
    const { redis, names, kind, weights = new Map() } = options
    const { attempts = kind.policy.attempts, backoffMs = kind.policy.backoffMs } = options.policy ?? {}
    this.name = names.queue
    this.names = names
    this.kind = kind
    this.policy = { ...kind.policy, attempts, backoffMs }
    this.#redis = redis
    this.#weights = weights
    this.bullmq = new Queue(names.queue, {
      connection: redis,
      prefix: names.prefix,
      streams: { events: { maxLen: EVENTS_KEPT } },
      defaultJobOptions: {
        backoff: { type: 'exponential', delay: backoffMs, jitter: BACKOFF_JITTER },
        removeOnComplete: keepFinished(kind.policy.keepCompleted),
        removeOnFail: keepFinished(kind.policy.keepFailed),
      },
    })
    // Without a listener, an 'error' would end the process; the connection logs its errors itself.
    this.bullmq.on('error', () => {})
  }

  /**
   * Adds jobs to the queue, in the order in which tenants take turns. A job that already exists is
   * left unchanged.
   */
  async add(deliveries: readonly Delivery[]): Promise<void> {
    this.#assertConnected()
    await this.bullmq.addBulk(
      deliveries.map((delivery) => ({
        name: this.kind.job,
        data: delivery.job,
        opts: jobOptions(delivery),
      })),
    )
    const added = deliveries.map(({ job, priority }) => ({
      id: jobIdOf(job.taskId, job.epoch),
      tenant: job.tenant,
      priority,
    }))
    await arrangeTurns(this.#redis, this.names, { added, weights: this.#weights })
  }

  /**
   * The job of a task's epoch; undefined if Redis does not have it. A job that Redis lost while it
   * was waiting reappears without its data when a worker takes it, and fails: it says nothing about
   * the task and is ignored.
   */
  async find(taskId: string, epoch: number): Promise<QueuedJob | undefined> {
    this.#assertConnected()
    const job = (await this.bullmq.getJob(jobIdOf(taskId, epoch))) as QueuedJob | undefined
    return job?.data.taskId === taskId ? job : undefined
  }

  /** Removes a job from the queue. Returns false, and removes nothing, if a worker has it. */
  async remove(taskId: string, epoch: number): Promise<boolean> {
    this.#assertConnected()
    return (await this.bullmq.remove(jobIdOf(taskId, epoch))) === 1
  }

  /** Removes a job that is no longer wanted, like `remove`. */
  async cancel(job: QueuedJob): Promise<boolean> {
    if (!(await this.remove(job.data.taskId, job.data.epoch))) return false
    const { tenant } = job.data
    if (job.attemptsStarted === 0)
      await giveTurnBack(this.#redis, this.names, { tenant, priority: job.priority, weights: this.#weights })
    return true
  }

  /** Removes finished jobs from the queue in one round trip. Returns how many were removed. */
  async forget(jobIds: readonly string[]): Promise<number> {
    this.#assertConnected()
    const removed = await Promise.all(jobIds.map((jobId) => this.bullmq.remove(jobId)))
    return removed.filter((count) => count === 1).length
  }

  /**
   * Removes up to `limit` of the oldest jobs that finished before a time (milliseconds since 1970),
   * but leaves at least `keep` jobs of this state.
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

  /** The ends of the stream of events; undefined if it is empty or lost. */
  async eventEnds(): Promise<StreamEnds | undefined> {
    this.#assertConnected()
    return readStreamEnds(this.#redis, this.names)
  }

  /** The number of jobs that have yet to run. */
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

  async workers(): Promise<ConnectedWorker[]> {
    this.#assertConnected()
    return readWorkers(this.#redis, this.names)
  }

  async load(): Promise<QueueLoad> {
    this.#assertConnected()
    return readQueueLoad(this.bullmq, this.#redis, this.names)
  }

  /**
   * No worker starts another job until `resume`; running jobs are finished. Both can be called
   * repeatedly.
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
   * Jobs of one state in ascending order, from `start` to `end`, inclusive. `waiting` continues
   * with the prioritized ones.
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

/** The queue's Redis is currently unreachable. Nothing was added to the queue. */
export class QueueUnavailableError extends Error {
  readonly code = 'QUEUE_UNAVAILABLE'

  constructor() {
    super('The queue is currently unreachable')
    this.name = 'QueueUnavailableError'
  }
}

function jobOptions({ job, priority, attempts, trace }: Delivery): JobsOptions {
  return {
    jobId: jobIdOf(job.taskId, job.epoch),
    priority: PRIORITIES[priority],
    attempts: Math.max(1, attempts),
    ...(trace && { telemetry: { metadata: trace } }),
  }
}
