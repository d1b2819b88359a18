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
 * Reads how many jobs a queue has, for its workers. `redis` is a `producer` connection; the caller
 * owns and closes it.
 */
export function createQueueGauge(options: { redis: Redis; names: QueueNames }) {
  const { redis, names } = options
  // The queue's settings belong to the API: this handle must not overwrite them with its defaults.
  const queue = new Queue(names.queue, { connection: redis, prefix: names.prefix, skipMetasUpdate: true })
  queue.on('error', () => {})
  return {
    /** undefined while Redis is unreachable. */
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
