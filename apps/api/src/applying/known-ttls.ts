import { LRUCache } from 'lru-cache'

const REMEMBERED = 10_000

/**
 * How long tasks seen by this process keep their files, which saves a query when they end. May have
 * been changed since.
 */
export class KnownTtls {
  readonly #seconds = new LRUCache<string, number>({ max: REMEMBERED })

  remember({ id, ttlSeconds }: { id: string; ttlSeconds: number }): void {
    this.#seconds.set(id, ttlSeconds)
  }

  secondsOf(id: string): number | undefined {
    return this.#seconds.get(id)
  }
}
