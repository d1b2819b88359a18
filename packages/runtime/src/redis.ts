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

/**
 * Milliseconds before the nth reconnect: 50 more each time, at most 2 s, so that recovery never
 * waits long.
 */
export const reconnectDelayMs = (attempt: number): number => Math.min(attempt * 50, 2000)

/**
 * What a connection is for decides how it behaves while Redis is away:
 * - `producer`, `cache`: fail at once, so that a request can go on without Redis. What was sent and
 *   not answered when the connection broke is sent again, through three reconnects, which takes 300
 *   ms;
 * - `consumer`: wait and resume, for blocking reads and subscriptions (BullMQ demands
 *   `maxRetriesPerRequest: null`).
 */
export type RedisRole = 'producer' | 'cache' | 'consumer'

const roleOptions: Record<RedisRole, RedisOptions> = {
  // A command that timed out may still be done later: whatever is produced bears an id that makes
  // doing it twice harmless.
  producer: { enableOfflineQueue: false, maxRetriesPerRequest: 3, commandTimeout: 5000 },
  cache: { enableOfflineQueue: false, maxRetriesPerRequest: 3, commandTimeout: 500 },
  consumer: { maxRetriesPerRequest: null },
}

/**
 * An answer that is overdue by this means a dead connection: a peer that lost power, or a flow that
 * a NAT dropped, sends no reset.
 */
const SILENCE_MS = 4000
/** BullMQ's blocking reads, on duplicates of ours, are answered within 10 s. */
const BLOCKING_SILENCE_MS = 12_000
/** Nothing is ever overdue on a connection that only listens. */
const PING_EVERY_MS = 2000
const KEEP_ALIVE_MS = 10_000
const READONLY_EVERY_MS = 1000

/**
 * Opens a connection that keeps trying for ever. The caller closes it. Errors are logged, never
 * thrown at the process.
 */
export function connectRedis(url: string, role: RedisRole, log: Logger): Redis {
  const options: Omit<RedisOptions, 'replyMapping'> = {
    ...roleOptions[role],
    connectTimeout: 5000,
    socketTimeout: SILENCE_MS,
    keepAlive: KEEP_ALIVE_MS,
    retryStrategy: reconnectDelayMs,
    reconnectOnError: whenReadOnly(),
  }
  const redis = new Redis(url, options)
  const duplicate = redis.duplicate.bind(redis)
  redis.duplicate = (override) => duplicate({ ...override, socketTimeout: BLOCKING_SILENCE_MS } as typeof override)
  if (role === 'consumer') keepAsking(redis)
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

function keepAsking(redis: Redis): void {
  const timer = setInterval(() => redis.status === 'ready' && void redis.ping().catch(() => {}), PING_EVERY_MS).unref()
  redis.once('end', () => clearInterval(timer))
}

/**
 * After a failover the same name leads to the new primary. Not with every error: a Redis may stay
 * read-only.
 */
function whenReadOnly(): (error: Error) => boolean {
  let last = 0
  return ({ message }) => {
    if (!message.includes('READONLY') || Date.now() - last < READONLY_EVERY_MS) return false
    last = Date.now()
    return true
  }
}
