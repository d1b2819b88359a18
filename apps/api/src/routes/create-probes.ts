import type { Redis } from 'ioredis'
import { createRedisWarnings } from '../ground/redis-warnings.ts'
import { writeToRedis } from '../ground/write-to-redis.ts'
import type { StorageFaults } from '../installation/storage-watch.ts'
import type { Logger } from '@darkroom/runtime'
import type { Probes } from './health.ts'

/** The components of health. */
export function createProbes(parts: {
  redis: { producer: Redis; cache: Redis }
  cachePrefix: string
  isPrepared: () => boolean
  pingStore: () => Promise<unknown>
  storageFaults: StorageFaults
  freeBytes: () => Promise<number>
  backlog: () => Promise<{ unfinished: number }>
  log: Logger
}): Probes {
  const { redis, cachePrefix, isPrepared, pingStore, storageFaults, freeBytes, backlog, log } = parts
  return {
    redis: () => writeToRedis(redis.cache, cachePrefix),
    queue: () => writeToRedis(redis.producer, cachePrefix),
    mongo: async () => {
      if (!isPrepared()) throw new Error('its indexes have not been created yet')
      await pingStore()
    },
    storageFaults,
    freeBytes,
    pending: async () => (await backlog()).unfinished,
    warnings: createRedisWarnings(redis.producer, log),
  }
}
