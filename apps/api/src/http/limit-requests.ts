import { createHash } from 'node:crypto'
import type { Logger } from '@darkroom/runtime'
import type { Request, RequestHandler } from 'express'
import { rateLimit } from 'express-rate-limit'
import type { Redis } from 'ioredis'
import { RedisStore } from 'rate-limit-redis'
import { AppError } from '../app-error.ts'
import { OutageLog } from '../ground/outage-log.ts'

const WINDOW_MS = 60_000

export interface RequestLimit {
  /** Requests per minute; 0 for any number. */
  perMinute: number
  /** What is limited, for headers and errors. */
  of: 'key' | 'address'
  /** Nothing for requests that do not count. */
  subjectOf: (req: Request) => string | undefined
}

const ALLOWED = {
  key: 'requests a minute are accepted with one key',
  address: 'requests a minute are accepted from one address',
} as const

/** Middleware that refuses requests beyond a limit. */
export type LimitRequests = (limit: RequestLimit) => RequestHandler[]

/** The probes of a load balancer, and Prometheus. */
const UNLIMITED = /^(?:\/api(?:\/v1)?)?\/(?:health|livez|readyz)$|^\/metrics$/

export const isLimited = ({ path }: Request): boolean => !UNLIMITED.test(path)

/**
 * Counts requests in Redis, for all processes together. While Redis is unreachable, no request is
 * refused.
 */
export function createLimitRequests(deps: { redis: Redis; prefix: string; log: Logger }): LimitRequests {
  const outage = new OutageLog(deps.log, 'requests cannot be counted: rates are not limited')
  const sendCommand = createSendCommand(deps.redis, () => outage.worked())
  return ({ perMinute, of, subjectOf }) => {
    if (perMinute === 0) return []
    return [
      rateLimit({
        windowMs: WINDOW_MS,
        limit: perMinute,
        standardHeaders: 'draft-8',
        legacyHeaders: false,
        identifier: of,
        skip: (req) => subjectOf(req) === undefined,
        keyGenerator: (req) => subjectOf(req) ?? '',
        handler: (req, _res, next) => next(rateLimited(req, { perMinute, of })),
        store: new RedisStore({ sendCommand, prefix: `${deps.prefix}rate:${of}:` }),
        passOnStoreError: true,
        // Addresses are determined by `clientOf`, which knows the trusted proxies.
        validate: false,
        logger: {
          error: (error) => outage.failed(error),
          warn: (message) => deps.log.debug({ message }, 'rate limit'),
        },
      }),
    ]
  }
}

/**
 * The store loads its scripts once, and never again if Redis is unreachable then. So they are kept
 * here, and sent when Redis does not know them.
 */
function createSendCommand(redis: Redis, worked: () => void) {
  const scripts = new Map<string, string>()
  return async (name: string, ...given: string[]): Promise<string | number | (string | number)[]> => {
    const [first = '', ...rest] = given
    if (name === 'SCRIPT') {
      const script = rest.join('')
      const hash = createHash('sha1').update(script).digest('hex')
      scripts.set(hash, script)
      return hash
    }
    const script = scripts.get(first)
    const reply = await redis.call(name, ...given).catch((error: unknown) => {
      const isUnknown = script !== undefined && error instanceof Error && error.message.startsWith('NOSCRIPT')
      if (!isUnknown) throw error
      return redis.call('EVAL', script, ...rest)
    })
    worked()
    return reply as string | number | (string | number)[]
  }
}

function rateLimited(req: Request, { perMinute, of }: Pick<RequestLimit, 'perMinute' | 'of'>): AppError {
  const { resetTime } = (req as { rateLimit?: { resetTime?: Date } }).rateLimit ?? {}
  const waitMs = (resetTime?.getTime() ?? 0) - Date.now()
  return new AppError('RATE_LIMITED', `At most ${perMinute} ${ALLOWED[of]}.`, {
    headers: { 'Retry-After': String(Math.max(1, Math.ceil(waitMs / 1000))) },
  })
}
