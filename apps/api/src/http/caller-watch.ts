import type { Caller } from './tenant-of.ts'

const EVERY_MS = 1000

interface Held {
  caller: Caller
  end: () => void
}

/** Whether this caller would still be admitted. */
export type IsAdmitted = (caller: Caller) => Promise<boolean>

/**
 * Ends what its caller holds open, such as an event stream or a socket, once the key is revoked or
 * has expired. While the store cannot say so, nothing is ended.
 */
export class CallerWatch {
  readonly #isAdmitted
  readonly #held = new Set<Held>()
  #timer: NodeJS.Timeout | undefined

  constructor(isAdmitted: IsAdmitted) {
    this.#isAdmitted = isAdmitted
  }

  /** Calls `end` at most once. Returns a function that ends the watch. */
  watch(caller: Caller, end: () => void): () => void {
    if (caller.keyId === undefined && caller.until === undefined) return () => {}
    const held = { caller, end }
    this.#held.add(held)
    this.#timer ??= setInterval(() => this.#check(), EVERY_MS).unref()
    return () => this.#release(held)
  }

  #check(): void {
    for (const held of this.#held)
      this.#isAdmitted(held.caller).then(
        (isAdmitted) => {
          if (isAdmitted || !this.#held.has(held)) return
          this.#release(held)
          held.end()
        },
        () => {},
      )
  }

  #release(held: Held): void {
    this.#held.delete(held)
    if (this.#held.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
