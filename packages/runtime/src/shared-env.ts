import { z } from 'zod'
import { envInteger } from './parse-env.ts'
import { redisEnv } from './redis.ts'

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

/** Part of a Redis key and of a URL path, so neither may need escaping. */
const redisName = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, - or _')

/**
 * What every process of an installation reads. A value that one of them refused and another
 * accepted would leave them talking past each other.
 */
export const sharedEnv = {
  ...redisEnv,
  REDIS_NAMESPACE: redisName.optional(),
  /** No default here: whoever knows the queues knows their names. */
  QUEUE_NAME: redisName.optional(),
  DATA_DIR: z.string().default('./data'),
  LOG_LEVEL: z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` }).default('info'),
  SHUTDOWN_TIMEOUT_MS: envInteger(25_000, 0),
}

/** What every process that decodes images reads. */
export const imageEnv = {
  IMAGE_MAX_PIXELS: envInteger(50_000_000, 1),
}
