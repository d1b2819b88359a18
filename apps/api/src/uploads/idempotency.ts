import { createHash, randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { tenantKey } from '@darkroom/contracts'
import type { Request, RequestHandler } from 'express'
import type { Redis } from 'ioredis'
import { AppError, keyInUse } from '../app-error.ts'
import { keepLease, takeLease } from '../ground/redis-lease.ts'
import { tenantOf } from '../http/tenant-of.ts'

/** A reservation outlives its process by this much at the most: then a client may try again. */
const RESERVED_MS = 10_000
/**
 * A refused request gives its key back a moment after its answer: so long a repeated one waits for
 * it.
 */
const TRIES = 5
const TRY_AGAIN_MS = 50

/** The request's Idempotency-Key. Throws INVALID_IDEMPOTENCY_KEY. */
export function idempotencyKey(req: Request): string | undefined {
  const key = req.get('Idempotency-Key')
  if (key === undefined || /^[\x21-\x7e]{1,255}$/.test(key)) return key
  throw new AppError(
    'INVALID_IDEMPOTENCY_KEY',
    `An Idempotency-Key has 1 to 255 visible ASCII characters, without spaces; this one has ${key.length} characters. A UUID is a good choice.`,
  )
}

/**
 * Refuses a request whose key another one is using at this moment. This only spares work: that a
 * key makes one task is held by a unique index in the store, so Redis may be away. `isDone` tells
 * whether the other one has come to its end: its client may know so before the key is free.
 */
export function reserveIdempotencyKey(
  redis: Redis,
  prefix: string,
  isDone: (tenant: string, key: string) => Promise<boolean>,
): RequestHandler {
  const here = new Set<string>()

  /** What gives the key back, if it could be had. */
  const reserve = async (name: string): Promise<(() => void) | undefined> => {
    if (here.has(name)) return undefined
    here.add(name)
    const owner = randomUUID()
    if (!(await takeLease(redis, name, owner, RESERVED_MS).catch(() => true))) {
      here.delete(name)
      return undefined
    }
    const giveBack = keepLease(redis, name, owner, RESERVED_MS)
    return () => {
      here.delete(name)
      void giveBack()
    }
  }

  return async (req, res, next) => {
    const key = idempotencyKey(req)
    if (key === undefined) return next()
    const tenant = tenantOf(req)
    const name = prefix + tenantKey(tenant, `idempotency:${createHash('sha256').update(key).digest('hex')}`)
    for (let tries = 0; tries < TRIES; tries++) {
      const giveBack = await reserve(name)
      if (giveBack) {
        if (res.closed) giveBack()
        else res.once('close', giveBack)
        return next()
      }
      // What was made under the key is answered again; nothing else can be made under it now.
      if (await isDone(tenant, key)) return next()
      await pause(TRY_AGAIN_MS)
    }
    throw keyInUse()
  }
}
