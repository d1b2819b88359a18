import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'

/** A process that dies at work holds up the others for so long. */
const LEASE_MS = 30_000

/** Work that one process of an installation does at a time, and that is due once an interval for all of them together. */
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

  /** Whether Redis can be asked whose turn it is. */
  get isKnown(): boolean {
    return this.#redis.status === 'ready'
  }

  /**
   * Does the work unless another process is at it, or it was done within the interval. Throws while Redis is away.
   * @param work answers whether it came to its end: if not, it stays due
   */
  async whenDue(work: () => Promise<boolean>): Promise<void> {
    if (!(await this.#take())) return
    // Looked at with the lease in hand: who had it before has just finished.
    await this.#holding(async () => {
      if ((await this.#redis.exists(this.#done)) === 0) await this.#do(work)
    })
  }

  /** Does the work at once unless another process is at it. While Redis is away nobody knows, and it is done. */
  async now(work: () => Promise<boolean>): Promise<void> {
    if (await this.#take().catch(() => true)) await this.#holding(() => this.#do(work))
  }

  async #do(work: () => Promise<boolean>): Promise<void> {
    const startedAt = performance.now()
    if (!(await work())) return
    const leftMs = Math.max(1, Math.round(this.#everyMs - (performance.now() - startedAt)))
    await this.#redis.set(this.#done, this.#me, 'PX', leftMs)
  }

  /** A command whose answer was lost is sent again: what it finds may be its own. */
  async #take(): Promise<boolean> {
    if ((await this.#redis.set(this.#lease, this.#me, 'PX', LEASE_MS, 'NX')) !== null) return true
    return (await this.#redis.get(this.#lease)) === this.#me
  }

  async #holding(act: () => Promise<void>): Promise<void> {
    const renewal = setInterval(() => void this.#redis.pexpire(this.#lease, LEASE_MS).catch(() => {}), LEASE_MS / 3)
    try {
      await act()
    } finally {
      clearInterval(renewal)
      await this.#giveBack().catch(() => {}) // it ends by itself
    }
  }

  /** Ours only: had we been frozen for long, another process may hold it by now. */
  async #giveBack(): Promise<void> {
    if ((await this.#redis.get(this.#lease)) === this.#me) await this.#redis.del(this.#lease)
  }
}
