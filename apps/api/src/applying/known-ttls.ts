import { LRUCache } from 'lru-cache'

const REMEMBERED = 10_000

/**
 * How long tasks keep their files, which saves a query when they end. Of tasks that this process has
 * not seen, most have the time that applies to tasks whose clients name none. Only a guess: it may
 * also have been changed since.
 */
export class KnownTtls {
  readonly #seconds = new LRUCache<string, number>({ max: REMEMBERED })
  readonly #usualSeconds

  constructor(usualSeconds: number) {
    this.#usualSeconds = usualSeconds
  }

  remember({ id, ttlSeconds }: { id: string; ttlSeconds: number }): void {
    this.#seconds.set(id, ttlSeconds)
  }

  secondsOf(id: string): number {
    return this.#seconds.get(id) ?? this.#usualSeconds
  }
}
