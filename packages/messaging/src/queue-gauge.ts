import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import type { QueueNames } from './names.ts'

export interface QueueReading {
  /** Jobs that a worker could start now. */
  waiting: number
  active: number
  isPaused: boolean
}

export type QueueGauge = ReturnType<typeof createQueueGauge>

/**
 * Looks at the queue from a worker's side. `redis` is a `producer` connection; the caller owns and
 * closes it.
 */
export function createQueueGauge(options: { redis: Redis; names: QueueNames }) {
  const { redis, names } = options
  // The queue's settings belong to the API: this handle must not write its defaults over them.
  const queue = new Queue(names.queue, { connection: redis, prefix: names.prefix, skipMetasUpdate: true })
  queue.on('error', () => {})
  return {
    /** undefined while Redis is away. */
    async read(): Promise<QueueReading | undefined> {
      if (redis.status !== 'ready') return undefined
      const [counts, isPaused] = await Promise.all([
        queue.getJobCounts('waiting', 'prioritized', 'active'),
        queue.isPaused(),
      ])
      return {
        waiting: (counts['waiting'] ?? 0) + (counts['prioritized'] ?? 0),
        active: counts['active'] ?? 0,
        isPaused,
      }
    },

    close: (): Promise<void> => queue.close(),
  }
}
