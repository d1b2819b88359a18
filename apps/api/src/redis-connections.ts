import { connectRedis, redisUrl, type Logger } from '@darkroom/runtime'
import type { ApiEnv } from './env.ts'

/**
 * The connections to Redis: commands, the cache, and what waits for news, which must not hold up
 * the others.
 */
export function createRedisConnections(env: ApiEnv, log: Logger) {
  const url = redisUrl(env)
  const connections = {
    producer: connectRedis(url, 'producer', log),
    cache: connectRedis(env.REDIS_CACHE_URL ?? url, 'cache', log),
    consumer: connectRedis(url, 'consumer', log),
    subscription: connectRedis(url, 'consumer', log),
  }
  return { ...connections, disconnect: (): void => Object.values(connections).forEach((redis) => redis.disconnect()) }
}
