import { createHash, randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { DEFAULT_TENANT, tenantKey } from '@darkroom/contracts'
import type { Request, RequestHandler } from 'express'
import type { Redis } from 'ioredis'
import { AppError, keyInUse } from '../app-error.ts'

/** A reservation outlives its process by this much at the most: then a client may try again. */
const RESERVED_MS = 10_000
const REFRESH_MS = 3_000
/** A refused request gives its key back a moment after its answer: so long a repeated one waits for it. */
const TRIES = 5
const TRY_AGAIN_MS = 50

/** The request's Idempotency-Key. Throws INVALID_IDEMPOTENCY_KEY. */
export function idempotencyKey(req: Request): string | undefined {
  const key = req.get('Idempotency-Key')
  if (key === undefined || /^[\x21-\x7e]{1,255}$/.test(key)) return key
  throw new AppError(
    400,
    'INVALID_IDEMPOTENCY_KEY',
    `An Idempotency-Key has 1 to 255 visible ASCII characters, without blanks; this one has ${key.length} characters. A UUID is a good one.`,
  )
}

/**
 * Refuses a request whose key another one is using at this moment. This only spares work: that a key makes one task is
 * held by a unique index in the store, so Redis may be away. `isDone` tells whether the other one has come to its end:
 * its client may know so before the key is free.
 */
export function reserveIdempotencyKey(redis: Redis, prefix: string, isDone: (key: string) => Promise<boolean>): RequestHandler {
  const here = new Set<string>()

  /** What gives the key back, if it could be had. */
  const reserve = async (name: string): Promise<(() => void) | undefined> => {
    if (here.has(name)) return undefined
    here.add(name)
    const mine = randomUUID()
    if (await isTaken(redis, name, mine).catch(() => false)) {
      here.delete(name)
      return undefined
    }
    const refresh = setInterval(() => void redis.pexpire(name, RESERVED_MS).catch(() => {}), REFRESH_MS)
    return () => {
      here.delete(name)
      clearInterval(refresh)
      void release(redis, name, mine).catch(() => {})
    }
  }

  return async (req, res, next) => {
    const key = idempotencyKey(req)
    if (key === undefined) return next()
    const name = prefix + tenantKey(DEFAULT_TENANT, `idempotency:${createHash('sha256').update(key).digest('hex')}`)
    for (let tries = 0; tries < TRIES; tries++) {
      const giveBack = await reserve(name)
      if (giveBack) {
        if (res.closed) giveBack()
        else res.once('close', giveBack)
        return next()
      }
      // What was made under the key is answered again; nothing else can be made under it now.
      if (await isDone(key)) return next()
      await pause(TRY_AGAIN_MS)
    }
    throw keyInUse()
  }
}

/** A command whose answer was lost is sent again: what it finds may be its own. */
async function isTaken(redis: Redis, name: string, mine: string): Promise<boolean> {
  if ((await redis.set(name, mine, 'PX', RESERVED_MS, 'NX')) !== null) return false
  return (await redis.get(name)) !== mine
}

/** Ours only: had we been frozen for long, another request may hold it by now. */
async function release(redis: Redis, name: string, mine: string): Promise<void> {
  if ((await redis.get(name)) === mine) await redis.del(name)
}
