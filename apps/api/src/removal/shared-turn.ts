import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { keepLease, takeLease } from '../ground/redis-lease.ts'

/** A process that dies at work blocks the others for this long. */
const LEASE_MS = 30_000
/**
 * Work on a large store may take longer than its interval: where there was nothing to do, it rests
 * this many times as long.
 */
const REST_FACTOR = 9

/** What came of the work; broken off, it stays due. */
export type Pass = 'broken off' | 'something done' | 'nothing to do'

/**
 * Work that one process of an installation does at a time, and that is due once per interval for
 * all of them together, or less often where looking for it would take more than a tenth of the time.
 */
export class SharedTurn {
  readonly #redis: Redis
  readonly #lease: string
  readonly #done: string
  readonly #everyMs: number
  readonly #me = randomUUID()

  constructor({ redis, key, everyMs }: { redis: Redis; key: string; everyMs: number }) {
    this.#redis = redis
    this.#lease = `${key}:lease`
    this.#done = `${key}:done`
    this.#everyMs = everyMs
  }

  /** Whether Redis is available to coordinate. */
  get isKnown(): boolean {
    return this.#redis.status === 'ready'
  }

  /**
   * Does the work unless another process is doing it, or it was done within the interval. Throws if
   * Redis is down.
   */
  async whenDue(work: () => Promise<Pass>): Promise<void> {
    if (!(await this.#take())) return
    // Checked while holding the lease: the previous holder may have just finished.
    await this.#holding(async () => {
      if ((await this.#redis.exists(this.#done)) === 0) await this.#do(work)
    })
  }

  /**
   * Does the work immediately unless another process is doing it. Without Redis this is unknown,
   * and it is done. Returns whether it was done.
   */
  async now(work: () => Promise<Pass>): Promise<boolean> {
    const isOurs = await this.#take().catch(() => true)
    if (isOurs) await this.#holding(() => this.#do(work))
    return isOurs
  }

  async #do(work: () => Promise<Pass>): Promise<void> {
    const startedAt = performance.now()
    const pass = await work()
    if (pass === 'broken off') return
    const tookMs = performance.now() - startedAt
    const leastMs = pass === 'nothing to do' ? REST_FACTOR * tookMs : 1
    const restMs = Math.round(Math.max(this.#everyMs - tookMs, leastMs, 1))
    await this.#redis.set(this.#done, this.#me, 'PX', restMs)
  }

  #take(): Promise<boolean> {
    return takeLease(this.#redis, this.#lease, this.#me, LEASE_MS)
  }

  async #holding(act: () => Promise<void>): Promise<void> {
    const giveBack = keepLease(this.#redis, this.#lease, this.#me, LEASE_MS)
    try {
      await act()
    } finally {
      await giveBack()
    }
  }
}
