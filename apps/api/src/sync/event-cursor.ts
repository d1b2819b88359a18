import type { Redis } from 'ioredis'

const SAVE_EVERY_MS = 1000

/**
 * How far a stream was applied without a gap. Events are handled side by side, so the cursor moves to an event only
 * when it and all before it are done. One cursor serves all replicas: what one has applied needs no other.
 */
export class EventCursor {
  readonly #redis: Redis
  readonly #key: string
  #applied = '0-0'
  #saved = ''
  #savedAt = 0
  /** In the order of arrival, which is the order of the stream. */
  #open: { id: string; done: boolean }[] = []
  readonly #running = new Set<Promise<unknown>>()

  constructor(redis: Redis, key: string) {
    this.#redis = redis
    this.#key = key
  }

  get applied(): string {
    return this.#applied
  }

  /** The id to read on from; `0-0`, the oldest event kept, where nothing was stored. */
  async load(): Promise<string> {
    this.#open = []
    const stored = (await this.#redis.get(this.#key)) ?? '0-0'
    if (compareEventIds(stored, this.#applied) > 0) this.#applied = stored
    return this.#applied
  }

  /** Follows the handling of one event. A failure leaves the cursor before it for good, until the next `load`. */
  async track(id: string, handling: Promise<unknown>): Promise<void> {
    const entry = { id, done: false }
    const batch = this.#open
    batch.push(entry)
    this.#running.add(handling)
    try {
      await handling
    } finally {
      this.#running.delete(handling)
    }
    entry.done = true
    while (batch[0]?.done) {
      const { id: applied } = batch.shift() as { id: string }
      if (batch === this.#open) this.#applied = applied
    }
    if (Date.now() - this.#savedAt > SAVE_EVERY_MS) await this.save().catch(() => {})
  }

  async settle(): Promise<void> {
    await Promise.allSettled(this.#running)
  }

  /** Stores the cursor. Losing it costs only a longer replay, in which nothing takes effect twice. */
  async save(): Promise<void> {
    if (this.#applied === this.#saved) return
    this.#savedAt = Date.now()
    const applied = this.#applied
    await this.#redis.set(this.#key, applied)
    this.#saved = applied
  }
}

/** Stream ids are two numbers: as text, `1-10` would come before `1-2`. */
export function compareEventIds(a: string, b: string): number {
  const [aMs = 0, aSeq = 0] = a.split('-').map(Number)
  const [bMs = 0, bSeq = 0] = b.split('-').map(Number)
  return aMs - bMs || aSeq - bSeq
}
