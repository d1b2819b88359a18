import { Redis, type RedisOptions } from 'ioredis'
import { z } from 'zod'
import { envInteger } from './parse-env.ts'
import type { Logger } from './logger.ts'

/** The Redis settings of every process. `REDIS_URL` takes precedence over the single settings. */
export const redisEnv = {
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'must look like redis://[:password@]host:port[/db]' }).optional(),
  REDIS_HOST: z.string().default('localhost'),
  REDIS_PORT: envInteger(6379, 1, 65_535),
  REDIS_PASSWORD: z.string().optional(),
  REDIS_DB: envInteger(0, 0),
}
const redisSchema = z.object(redisEnv)

/** The URL that the Redis settings result in. */
export function redisUrl(env: z.infer<typeof redisSchema>): string {
  if (env.REDIS_URL) return env.REDIS_URL
  const password = env.REDIS_PASSWORD ? `:${encodeURIComponent(env.REDIS_PASSWORD)}@` : ''
  return `redis://${password}${env.REDIS_HOST}:${env.REDIS_PORT}/${env.REDIS_DB}`
}

/**
 * Milliseconds before the nth reconnect: 50 more each time, at most 2 s, so that recovery never
 * takes long.
 */
export const reconnectDelayMs = (attempt: number): number => Math.min(attempt * 50, 2000)

/**
 * The purpose of a connection determines its behaviour while Redis is down:
 * - `producer`, `cache`: fail immediately, so that a request can continue without Redis. Commands
 *   that were sent but not answered when the connection broke are sent again, over up to three
 *   reconnects, which takes 300 ms;
 * - `consumer`: wait and resume, for blocking reads and subscriptions (BullMQ requires
 *   `maxRetriesPerRequest: null`).
 */
export type RedisRole = 'producer' | 'cache' | 'consumer'

const ROLE_OPTIONS: Record<RedisRole, RedisOptions> = {
  // A command that timed out may still be executed later: everything that is produced has an id
  // that makes a duplicate harmless.
  producer: { enableOfflineQueue: false, maxRetriesPerRequest: 3, commandTimeout: 5000 },
  cache: { enableOfflineQueue: false, maxRetriesPerRequest: 3, commandTimeout: 500 },
  consumer: { maxRetriesPerRequest: null },
}

/**
 * A reply that is overdue by this means a dead connection: a host that lost power, or a NAT that
 * dropped its state, sends no reset.
 */
const SILENCE_MS = 4000
/** BullMQ's blocking reads, on duplicates of ours, return within 10 s. */
const BLOCKING_SILENCE_MS = 12_000
/** Nothing is ever overdue on a connection that only listens. */
const PING_EVERY_MS = 2000
const KEEP_ALIVE_MS = 10_000
const READONLY_EVERY_MS = 1000

/**
 * Opens a connection that retries forever. The caller closes it. Errors are logged, never thrown.
 */
export function connectRedis(url: string, role: RedisRole, log: Logger): Redis {
  const options: Omit<RedisOptions, 'replyMapping'> = {
    ...ROLE_OPTIONS[role],
    connectTimeout: 5000,
    socketTimeout: SILENCE_MS,
    keepAlive: KEEP_ALIVE_MS,
    retryStrategy: reconnectDelayMs,
    reconnectOnError: onErrorReply(role, log),
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
    if (error.message === said) return // one line per outage, not per retry
    said = error.message
    log.warn({ role, err: error }, 'Redis is not reachable')
  })
  return redis
}

function keepAsking(redis: Redis): void {
  const timer = setInterval(() => redis.status === 'ready' && void redis.ping().catch(() => {}), PING_EVERY_MS).unref()
  redis.once('end', () => clearInterval(timer))
}

/** Called for every error reply. Returns whether to reconnect. */
function onErrorReply(role: RedisRole, log: Logger): (error: Error) => boolean {
  const isLost = whenReadOnly()
  const denials = new Set<string>()
  return (error) => {
    // Libraries may ignore it or only report what it led to, so it is logged here: once per right.
    if (/\bNOPERM\b|can't run this command/.test(error.message) && !denials.has(error.message)) {
      denials.add(error.message)
      log.warn({ role, err: error }, 'the user of REDIS_URL lacks a right: see "Redis" in docs/operations.md')
    }
    return isLost(error)
  }
}

/**
 * After a failover the same host name may lead to the new primary. Not on every error: a Redis may
 * stay read-only.
 */
function whenReadOnly(): (error: Error) => boolean {
  let last = 0
  return ({ message }) => {
    if (!message.includes('READONLY') || Date.now() - last < READONLY_EVERY_MS) return false
    last = Date.now()
    return true
  }
}
