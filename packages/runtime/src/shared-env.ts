import { z } from 'zod'
import { envInteger } from './parse-env.ts'
import { redisEnv } from './redis.ts'
import { storageEnv } from './storage-env.ts'

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

/** Part of a Redis key and of a URL path, so it must not need escaping in either. */
const redisName = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, - or _')

/**
 * Settings that all processes of an installation share. If one process accepted a value and another
 * rejected it, they would use different keys.
 */
export const sharedEnv = {
  ...redisEnv,
  REDIS_NAMESPACE: redisName.optional(),
  /** No default here: it depends on the queue. */
  QUEUE_NAME: redisName.optional(),
  ...storageEnv,
  LOG_LEVEL: z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` }).default('info'),
  SHUTDOWN_TIMEOUT_MS: envInteger(25_000, 0),
  /** Read by `tracing/preload.ts` before this; listed here to be checked and documented. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/, error: 'must look like http://host:4318' }).optional(),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number({ error: 'must be a number' })
    .min(0, 'must be at least 0')
    .max(1, 'must be at most 1')
    .default(1),
}

/** Settings of every process that receives or decodes images. */
export const imageEnv = {
  UPLOAD_MAX_BYTES: envInteger(50 * 1024 * 1024, 1),
  IMAGE_MAX_PIXELS: envInteger(50_000_000, 1),
}
