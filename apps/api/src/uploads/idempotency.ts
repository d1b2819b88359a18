import { createHash, randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { tenantKey } from '@darkroom/contracts'
import type { Request, RequestHandler } from 'express'
import type { Redis } from 'ioredis'
import { AppError, keyInUse } from '../app-error.ts'
import { keepLease, takeLease } from '../ground/redis-lease.ts'
import { tenantOf } from '../http/tenant-of.ts'

/** After a crash, a reservation lasts this long at most; then the client can try again. */
const RESERVED_MS = 10_000
/**
 * A refused request releases its key just after its response: a repeated request waits this many
 * times.
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
 * Refuses a request while another one is using its key. This only saves work: a unique index in the
 * store ensures that a key creates one task, so Redis may be unreachable. `isDone` tells whether
 * the other request has finished: its client may know this before the key is released.
 */
export function reserveIdempotencyKey(
  redis: Redis,
  prefix: string,
  isDone: (tenant: string, key: string) => Promise<boolean>,
): RequestHandler {
  const here = new Set<string>()

  /** Returns a function that releases the key; undefined if it is in use. */
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
      // A finished request is answered again; its key cannot create anything else.
      if (await isDone(tenant, key)) return next()
      await pause(TRY_AGAIN_MS)
    }
    throw keyInUse()
  }
}
