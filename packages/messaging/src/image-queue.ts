import {
  IMAGE_JOB,
  JOB_STATES,
  jobIdOf,
  PRIORITIES,
  type ImageJob,
  type ImageJobResult,
  type JobState,
  type TaskPriority,
} from '@darkroom/contracts'
import { Queue, type JobsOptions } from 'bullmq'
import type { Redis } from 'ioredis'
import type { RedisNames } from './names.ts'
import { readStreamEnds } from './queue-event-stream.ts'
import type { QueuedJob } from './queued-job.ts'
import { oldestWaitingSince, readQueueLoad, type QueueLoad } from './queue-load.ts'
import { readWorkerPresence } from './worker-presence.ts'

export type QueuedImageJob = QueuedJob<ImageJob>

export interface ImageQueuePolicy {
  /** Attempts per epoch, the first included. */
  attempts: number
  /** Wait before the second attempt in milliseconds; doubles with each further one. */
  backoffMs: number
}

/**
 * What is put on the queue for one task. `attempts` is less than the policy's when earlier ones are
 * used up.
 */
export interface ImageDelivery {
  job: ImageJob
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

export type ImageQueue = ReturnType<typeof createImageQueue>

/**
 * The image queue as the API uses it. `redis` must be a `producer` connection, which fails at once
 * while Redis is away; the caller owns and closes it.
 */
export function createImageQueue(options: { redis: Redis; names: RedisNames; policy: ImageQueuePolicy }) {
  const { redis, names, policy } = options
  const queue = new Queue<ImageJob, ImageJobResult, string>(names.queue, {
    connection: redis,
    prefix: names.prefix,
    streams: { events: { maxLen: EVENTS_KEPT } },
    defaultJobOptions: {
      backoff: { type: 'exponential', delay: policy.backoffMs, jitter: BACKOFF_JITTER },
      removeOnComplete: KEEP_FINISHED,
      removeOnFail: KEEP_FINISHED,
    },
  })
  // Without a listener an 'error' ends the process; the connection logs its own.
  queue.on('error', () => {})

  const assertConnected = (): void => {
    if (redis.status !== 'ready') throw new QueueUnavailableError()
  }
  return {
    name: names.queue,
    policy,

    /** Whether the queue can be asked right now. */
    isReachable: (): boolean => redis.status === 'ready',

    /** Puts jobs on the queue in one round trip. A job that is already there is left as it is. */
    async add(deliveries: readonly ImageDelivery[]): Promise<void> {
      assertConnected()
      await queue.addBulk(
        deliveries.map(({ job, priority, attempts }) => ({
          name: IMAGE_JOB,
          data: job,
          opts: jobOptions(job, priority, attempts),
        })),
      )
    },

    /**
     * The job of a task's epoch; undefined when Redis does not know it. One that Redis lost while
     * it waited comes back without its data when a worker takes it, and fails: that says nothing
     * about the task.
     */
    async find(taskId: string, epoch: number): Promise<QueuedImageJob | undefined> {
      assertConnected()
      const job = (await queue.getJob(jobIdOf(taskId, epoch))) as QueuedImageJob | undefined
      return job?.data.taskId === taskId ? job : undefined
    },

    /** Takes a job off the queue. False when a worker has it: then it stays. */
    async remove(taskId: string, epoch: number): Promise<boolean> {
      assertConnected()
      return (await queue.remove(jobIdOf(taskId, epoch))) === 1
    },

    /**
     * Takes jobs that have finished off the queue, in one round trip. Returns how many there were.
     */
    async forget(jobIds: readonly string[]): Promise<number> {
      assertConnected()
      const removed = await Promise.all(jobIds.map((jobId) => queue.remove(jobId)))
      return removed.filter((count) => count === 1).length
    },

    /**
     * Of the jobs that finished before a time (ms since the epoch) takes up to `limit` of the
     * oldest off the queue, as long as more than `keep` are left.
     */
    async forgetOldest(
      state: 'completed' | 'failed',
      { before, keep, limit }: { before: number; keep: number; limit: number },
    ): Promise<number> {
      assertConnected()
      const key = `${names.prefix}:${names.queue}:${state}`
      const [oldest, count] = await Promise.all([
        redis.zrange(key, '-inf', `(${before}`, 'BYSCORE', 'LIMIT', 0, limit),
        redis.zcard(key),
      ])
      const gone = oldest.slice(0, Math.max(0, count - keep))
      return this.forget(gone)
    },

    /** The first and the last event kept; undefined where the stream is empty or lost. */
    async eventEnds(): Promise<{ first: string; last: string } | undefined> {
      assertConnected()
      return readStreamEnds(redis, names)
    },

    /** Jobs that are still to be run. */
    async backlog(): Promise<number> {
      assertConnected()
      return queue.getJobCountByTypes('waiting', 'prioritized', 'delayed')
    },

    async counts(): Promise<
      Record<JobState, number> & { isPaused: boolean; workers: number; oldestWaitingSince: number | null }
    > {
      assertConnected()
      const [counts, isPaused, { workers }, oldest] = await Promise.all([
        queue.getJobCounts(...JOB_STATES),
        queue.isPaused(),
        readWorkerPresence(redis, names),
        oldestWaitingSince(redis, names),
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
    },

    async load(): Promise<QueueLoad> {
      assertConnected()
      return readQueueLoad(queue, redis, names)
    },

    /**
     * No further job is started, by any worker, until `resume`; those that run are finished. Both
     * may be repeated.
     */
    async pause(): Promise<void> {
      assertConnected()
      await queue.pause()
    },

    async resume(): Promise<void> {
      assertConnected()
      await queue.resume()
    },

    /**
     * Jobs of one state in ascending order, from `start` to `end`, both included. `waiting` goes on
     * with those that have a priority.
     */
    async jobs(state: JobState, start: number, end: number): Promise<QueuedImageJob[]> {
      assertConnected()
      const page = (of: JobState, from: number, to: number) =>
        queue.getJobs([of], from, to, true) as Promise<QueuedImageJob[]>
      if (state !== 'waiting') return page(state, start, end)
      const plain = await queue.getJobCountByTypes('waiting')
      const first = start < plain ? await page('waiting', start, Math.min(end, plain - 1)) : []
      return end < plain ? first : [...first, ...(await page('prioritized', Math.max(0, start - plain), end - plain))]
    },

    /** For dashboards that speak BullMQ themselves. */
    bullmq: queue,

    close: (): Promise<void> => queue.close(),
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

function jobOptions(job: ImageJob, priority: TaskPriority, attempts: number): JobsOptions {
  return { jobId: jobIdOf(job.taskId, job.epoch), priority: PRIORITIES[priority], attempts: Math.max(1, attempts) }
}
