import { LRUCache } from 'lru-cache'
import { AppError } from '../app-error.ts'

/** Fewer than ten wrong ones a minute. */
const MOST = 9
const WINDOW_MS = 60_000
const MOST_CLIENTS = 10_000

/**
 * Limits how often an address may try a secret that a person chose. What one address does keeps
 * nobody else from signing in.
 */
export class GuessLimit {
  /** When the last wrong tries of an address were. */
  readonly #tries = new LRUCache<string, number[]>({ max: MOST_CLIENTS, ttl: WINDOW_MS })

  /** Runs a try, which says whether it was right. Throws TOO_MANY_TRIES instead. */
  attempt(client: string, isRight: () => boolean): boolean {
    const now = performance.now()
    const recent = (this.#tries.get(client) ?? []).filter((at) => now - at < WINDOW_MS)
    if (recent.length >= MOST) throw tooMany(WINDOW_MS - (now - (recent[0] ?? now)))
    const right = isRight()
    if (!right) this.#tries.set(client, [...recent, now])
    return right
  }
}

const tooMany = (waitMs: number): AppError =>
  new AppError('TOO_MANY_TRIES', 'Your address has sent too many wrong tokens: wait a minute, or use an API key.', {
    headers: { 'Retry-After': String(Math.max(1, Math.ceil(waitMs / 1000))) },
  })
