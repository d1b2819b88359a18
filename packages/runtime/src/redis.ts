import { Redis, type RedisOptions } from 'ioredis'
import { z } from 'zod'
import { envInteger } from './parse-env.ts'
import type { Logger } from './logger.ts'

/** The names by which every process finds Redis. `REDIS_URL` wins over the single fields. */
export const redisEnv = {
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'must look like redis://[:password@]host:port[/db]' }).optional(),
  REDIS_HOST: z.string().default('localhost'),
  REDIS_PORT: envInteger(6379, 1, 65_535),
  REDIS_PASSWORD: z.string().optional(),
  REDIS_DB: envInteger(0, 0),
}
const redisSchema = z.object(redisEnv)

/** The one URL that the Redis variables mean. */
export function redisUrl(env: z.infer<typeof redisSchema>): string {
  if (env.REDIS_URL) return env.REDIS_URL
  const password = env.REDIS_PASSWORD ? `:${encodeURIComponent(env.REDIS_PASSWORD)}@` : ''
  return `redis://${password}${env.REDIS_HOST}:${env.REDIS_PORT}/${env.REDIS_DB}`
}

/** Milliseconds before the nth reconnect: 50 more each time, at most 2 s, so that recovery never waits long. */
export const reconnectDelayMs = (attempt: number): number => Math.min(attempt * 50, 2000)

/**
 * What a connection is for decides how it behaves while Redis is away:
 * - `producer`, `cache`: fail at once, so that a request can go on without Redis. What was sent and not answered when the
 *   connection broke is sent again, through three reconnects, which takes 300 ms;
 * - `consumer`: wait and resume, for blocking reads and subscriptions (BullMQ demands `maxRetriesPerRequest: null`).
 */
export type RedisRole = 'producer' | 'cache' | 'consumer'

const roleOptions: Record<RedisRole, RedisOptions> = {
  // A command that timed out may still be done later: whatever is produced bears an id that makes doing it twice harmless.
  producer: { enableOfflineQueue: false, maxRetriesPerRequest: 3, commandTimeout: 5000 },
  cache: { enableOfflineQueue: false, maxRetriesPerRequest: 3, commandTimeout: 500 },
  consumer: { maxRetriesPerRequest: null },
}

/** Opens a connection that keeps trying for ever. The caller closes it. Errors are logged, never thrown at the process. */
export function connectRedis(url: string, role: RedisRole, log: Logger): Redis {
  const options: Omit<RedisOptions, 'replyMapping'> = { ...roleOptions[role], connectTimeout: 5000, retryStrategy: reconnectDelayMs }
  const redis = new Redis(url, options)
  let said = ''
  redis.on('ready', () => {
    said = ''
    log.debug({ role }, 'Redis is connected')
  })
  redis.on('error', (error: Error) => {
    if (error.message === said) return // one line an outage, not one a retry
    said = error.message
    log.warn({ role, err: error }, 'Redis is not reachable')
  })
  return redis
}
