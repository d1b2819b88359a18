import type { Logger } from '@darkroom/runtime'
import { LRUCache } from 'lru-cache'
import type { KeyRecord, KeyStore } from './key-store.ts'
import { isSecretOf, parseKeyText } from './key-text.ts'

/** A revoked key is refused everywhere after this long at most. */
const KNOWN_MS = 3000
const MOST_KNOWN = 10_000
const USE_NOTED_EVERY_MS = 60_000

/**
 * Checks keys. What is stored of a key is read at most every few seconds, by one read for all
 * requests that wait for it; unknown ids are remembered as well. While the store is unreachable, no
 * key is valid for longer than that.
 */
export class KeyRing {
  readonly #deps
  readonly #known: LRUCache<string, Promise<KeyRecord | undefined>>
  readonly #used = new WeakSet<KeyRecord>()
  readonly #noted = new LRUCache<string, number>({ max: MOST_KNOWN })

  constructor(deps: { store: KeyStore; log: Logger; now: () => number }) {
    this.#deps = deps
    this.#known = new LRUCache({ max: MOST_KNOWN, ttl: KNOWN_MS })
  }

  /** The key, if this text is one that is valid now. */
  async check(text: string): Promise<KeyRecord | undefined> {
    const parsed = parseKeyText(text)
    if (!parsed) return undefined
    const key = await this.#read(parsed.id)
    return key && isSecretOf(key.hash, parsed.secret) ? this.#use(key) : undefined
  }

  /** The key with this id, if it is valid now. */
  async valid(id: string): Promise<KeyRecord | undefined> {
    const key = await this.#read(id)
    return key && this.#use(key)
  }

  /** After a change by this process. */
  forget(id: string): void {
    this.#known.delete(id)
  }

  #read(id: string): Promise<KeyRecord | undefined> {
    const known = this.#known.get(id)
    if (known) return known
    const reading = this.#deps.store.find(id)
    this.#known.set(id, reading)
    reading.catch(() => this.#known.delete(id))
    return reading
  }

  /** The key, if it is neither expired nor revoked. Its use is noted, at most once for each reading of it. */
  #use(key: KeyRecord): KeyRecord | undefined {
    const now = this.#deps.now()
    if (key.revokedAt !== null || (key.expiresAt !== null && key.expiresAt.getTime() <= now)) return undefined
    if (!this.#used.has(key)) {
      this.#used.add(key)
      this.#noteUse(key.id, now)
    }
    return key
  }

  #noteUse(id: string, now: number): void {
    if (now - (this.#noted.get(id) ?? Number.NEGATIVE_INFINITY) < USE_NOTED_EVERY_MS) return
    this.#noted.set(id, now)
    const { store, log } = this.#deps
    store.noteUse(id, new Date(now)).catch((error: unknown) => log.debug({ err: error }, 'use of a key not noted'))
  }
}
