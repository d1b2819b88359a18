const ENTRY_BYTES = 64 * 1024
const MINUTE_MS = 60_000
const BYTES_A_MINUTE = 64 * 1024 * 1024

/**
 * What one process may store in the cache, which often shares the queue's Redis and its memory. No
 * entry lives for more than a minute, so that at most twice the bytes of a minute are there at any
 * time.
 */
export class CacheBudget {
  readonly #now: () => number
  #since = 0
  #spent = 0

  constructor(now = Date.now) {
    this.#now = now
  }

  /** Whether a value may be stored; if so, it counts. */
  hasRoomFor(value: string): boolean {
    const bytes = Buffer.byteLength(value)
    if (this.#now() - this.#since >= MINUTE_MS) [this.#since, this.#spent] = [this.#now(), 0]
    if (bytes > ENTRY_BYTES || this.#spent + bytes > BYTES_A_MINUTE) return false
    this.#spent += bytes
    return true
  }
}
