import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import type { QueueNames } from './names.ts'
import { oldestWaitingSince, readQueueLoad, type QueueLoad } from './queue-load.ts'

export interface QueueInspection extends QueueLoad {
  oldestWaitingSince: number | null
  /**
   * Running jobs (among the first thousand) whose lock has expired because their worker is silent.
   */
  activeWithoutWorker: number
}

const LOOKED_AT = 1000

/**
 * Inspects a queue without changing it. `redis` must be connected; the caller owns and closes it.
 */
export async function inspectQueue(redis: Redis, names: QueueNames): Promise<QueueInspection> {
  // The queue's settings belong to the API: this handle must not overwrite them with its defaults.
  const queue = new Queue(names.queue, {
    connection: redis,
    prefix: names.prefix,
    skipMetasUpdate: true,
    skipVersionCheck: true,
  })
  queue.on('error', () => {})
  try {
    const [load, oldest, active] = await Promise.all([
      readQueueLoad(queue, redis, names),
      oldestWaitingSince(redis, names),
      redis.lrange(`${names.prefix}:${names.queue}:active`, 0, LOOKED_AT - 1),
    ])
    const locks = await Promise.all(active.map((id) => redis.exists(`${names.prefix}:${names.queue}:${id}:lock`)))
    return { ...load, oldestWaitingSince: oldest, activeWithoutWorker: locks.filter((held) => held === 0).length }
  } finally {
    await queue.close()
  }
}
