import type { Redis } from 'ioredis'

const PROBE_KEY_MS = 10_000

/** Rejects unless Redis accepts a write: one that is full, or a replica, still answers PING. */
export async function writeToRedis(redis: Redis, prefix: string): Promise<void> {
  if (redis.status !== 'ready') throw new Error('Redis cannot be reached')
  await redis.set(`${prefix}probe`, Date.now(), 'PX', PROBE_KEY_MS)
}
