import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { keepLease, takeLease } from '../ground/redis-lease.ts'

/** A process that dies at work blocks the others for this long. */
const LEASE_MS = 30_000
/** Work on a large store may take longer than its interval: it rests this many times as long. */
const REST_FACTOR = 9

/**
 * Work that one process of an installation does at a time, and that is due once per interval for
 * all of them together, or less often where it would take more than a tenth of the time.
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
   * @param work returns whether it was completed: if not, it stays due
   */
  async whenDue(work: () => Promise<boolean>): Promise<void> {
    if (!(await this.#take())) return
    // Checked while holding the lease: the previous holder may have just finished.
    await this.#holding(async () => {
      if ((await this.#redis.exists(this.#done)) === 0) await this.#do(work)
    })
  }

  /**
   * Does the work immediately unless another process is doing it. Without Redis this is unknown,
   * and it is done.
   */
  async now(work: () => Promise<boolean>): Promise<void> {
    if (await this.#take().catch(() => true)) await this.#holding(() => this.#do(work))
  }

  async #do(work: () => Promise<boolean>): Promise<void> {
    const startedAt = performance.now()
    if (!(await work())) return
    const tookMs = performance.now() - startedAt
    const restMs = Math.max(1, Math.round(Math.max(this.#everyMs - tookMs, REST_FACTOR * tookMs)))
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
