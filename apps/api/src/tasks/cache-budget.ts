const ENTRY_BYTES = 64 * 1024
const MINUTE_MS = 60_000
const BYTES_A_MINUTE = 64 * 1024 * 1024

/**
 * Limits how much one process may store in the cache, which often shares a Redis and its memory
 * with the queue. No entry lives for more than a minute, so there is never more than twice the
 * budget of a minute.
 */
export class CacheBudget {
  readonly #now: () => number
  #since = 0
  #spent = 0

  constructor(now = Date.now) {
    this.#now = now
  }

  /** Whether there is room for a value; if so, the value is counted. */
  hasRoomFor(value: string): boolean {
    const bytes = Buffer.byteLength(value)
    if (this.#now() - this.#since >= MINUTE_MS) [this.#since, this.#spent] = [this.#now(), 0]
    if (bytes > ENTRY_BYTES || this.#spent + bytes > BYTES_A_MINUTE) return false
    this.#spent += bytes
    return true
  }
}
