import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Lock, Locker, RequestRelease } from '@tus/server'
import type { Redis } from 'ioredis'
import { AppError } from '../../app-error.ts'
import { takeLease } from '../../ground/redis-lease.ts'

/** After a crash, an upload is locked for this long at most. */
const LEASE_MS = 4000
const RENEW_MS = 1000
const TRY_AGAIN_MS = 150
/** Longer than a lease: the lock of a dead process is waited for. */
const WAIT_MS = 12_000

/**
 * One request at a time for each upload, in all processes. A client whose connection broke may come
 * back before its process notices: the new request asks the old one to end.
 *
 * The lock prevents wasted work, not damage: segments are stored whole, and a segment that another
 * request has stored is either the same or written again. So uploads continue while Redis is away.
 */
export class RedisLocker implements Locker {
  readonly #redis
  readonly #prefix
  readonly #waitMs

  /** @param waitMs how long a request waits for another one to end */
  constructor(redis: Redis, prefix: string, waitMs = WAIT_MS) {
    this.#redis = redis
    this.#prefix = prefix
    this.#waitMs = waitMs
  }

  newLock(id: string): Lock {
    const [redis, key, owner] = [this.#redis, `${this.#prefix}upload:${id}`, randomUUID()]
    const wanted = `${key}:wanted`
    let renewal: NodeJS.Timeout | undefined

    /** Keeps the lock; if another request waits for it, or has it by now, this one has to end. */
    const renew = async (release: RequestRelease): Promise<void> => {
      const asked = await redis.exists(wanted)
      const isOurs = await takeLease(redis, key, owner, LEASE_MS)
      if (isOurs) await redis.pexpire(key, LEASE_MS)
      if (asked > 0 || !isOurs) await release()
    }
    /** Without Redis nobody has the lock. */
    const take = (): Promise<boolean> => takeLease(redis, key, owner, LEASE_MS).catch(() => true)
    const waitMs = this.#waitMs
    return {
      lock: async (signal, release) => {
        const startedAt = performance.now()
        while (!(await take())) {
          if (signal.aborted || performance.now() - startedAt > waitMs) throw locked()
          await redis.set(wanted, '1', 'PX', LEASE_MS).catch(() => {})
          await pause(TRY_AGAIN_MS)
        }
        await redis.del(wanted).catch(() => {})
        renewal = setInterval(() => void renew(release).catch(() => {}), RENEW_MS)
      },
      unlock: async () => {
        clearInterval(renewal)
        const giveBack = async (): Promise<void> => {
          if ((await redis.get(key)) === owner) await redis.del(key)
        }
        await giveBack().catch(() => {})
      },
    }
  }
}

const locked = (): AppError =>
  new AppError('UPLOAD_LOCKED', 'Another request is sending bytes of this upload; try again in a moment.', {
    headers: { 'Retry-After': '2' },
  })
