import { Queue, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import type { RedisNames } from './names.ts'

export interface WorkQueueOptions<Job> {
  /** A `producer` connection. The caller owns and closes both connections. */
  producer: Redis
  /** A `consumer` connection. */
  consumer: Redis
  names: RedisNames
  /** The name of the queue. */
  name: string
  /** Jobs that each process does at a time. */
  slots: number
  /** Must not throw: what a job achieves is recorded elsewhere. */
  work: (job: Job) => Promise<void>
  onError: (error: unknown) => void
}

export type WorkQueue<Job extends { id: string }> = ReturnType<typeof createWorkQueue<Job>>

/** A process that dies delays its jobs by no more than whoever added them waits anyway. */
const LOCK = { lockDuration: 30_000, stalledInterval: 15_000, maxStalledCount: 1 }
const GONE = { removeOnComplete: true, removeOnFail: true, attempts: 1 }

/**
 * Jobs that any of several processes may do at once. Redis only has those that are due now; whoever
 * adds them keeps the record, and adds again what was lost.
 */
export function createWorkQueue<Job extends { id: string }>(options: WorkQueueOptions<Job>) {
  const { producer, consumer, names, name, slots, work, onError } = options
  const queue = new Queue(name, { connection: producer, prefix: names.prefix })
  const worker = new Worker(name, async ({ data }) => work(data as Job), {
    connection: consumer,
    prefix: names.prefix,
    autorun: false,
    concurrency: slots,
    runRetryDelay: 1000,
    ...LOCK,
  })
  // Without a listener, an 'error' would end the process; the connections log their errors
  // themselves.
  queue.on('error', () => {})
  worker.on('error', () => {})
  worker.on('failed', (_job, error) => onError(error))
  return {
    isReachable: (): boolean => producer.status === 'ready',
    /** The number of jobs that no process has taken yet. */
    backlog: (): Promise<number> => queue.getWaitingCount(),
    async add(jobs: readonly Job[]): Promise<void> {
      await queue.addBulk(jobs.map((job) => ({ name, data: job, opts: { jobId: job.id, ...GONE } })))
    },
    /** Never throws; while Redis is unreachable, the jobs wait for it. */
    start: (): void => void worker.run().catch(onError),
    /** Resolves when the jobs of this process have ended. */
    async stop(): Promise<void> {
      // Without Redis a graceful close would wait for it.
      await worker.close(consumer.status !== 'ready')
      await queue.close()
    },
  }
}
