import type { Response } from 'express'
import { AppError } from '../app-error.ts'

/**
 * Requests that stay open to wait for news. Each costs memory and a socket for as long as its client likes, so there is
 * an end to how many there are, in all and for one thing that they wait for. All of them end when the process closes: a
 * server waits for its last request before it is closed.
 */
export class HeldRequests {
  readonly #limits
  readonly #held = new Set<AbortController>()
  readonly #heldFor = new Map<string, number>()
  #closing = false

  constructor(limits: { total: number; each: number }) {
    this.#limits = limits
  }

  get size(): number {
    return this.#held.size
  }

  /** Aborted when the answer was sent, the client is gone or the process closes. Throws TOO_MANY_WAITING. */
  hold(res: Response, waitsFor: string): AbortSignal {
    const others = this.#heldFor.get(waitsFor) ?? 0
    if (this.#held.size >= this.#limits.total || others >= this.#limits.each) throw tooMany()
    const request = new AbortController()
    this.#held.add(request)
    this.#heldFor.set(waitsFor, others + 1)
    res.once('close', () => {
      this.#held.delete(request)
      this.#release(waitsFor)
      request.abort()
    })
    if (this.#closing) request.abort()
    return request.signal
  }

  /** Ends all that are held, and those to come as soon as they are. */
  endAll(): void {
    this.#closing = true
    for (const request of this.#held) request.abort()
  }

  #release(waitsFor: string): void {
    const left = (this.#heldFor.get(waitsFor) ?? 1) - 1
    if (left > 0) this.#heldFor.set(waitsFor, left)
    else this.#heldFor.delete(waitsFor)
  }
}

const tooMany = (): AppError =>
  new AppError(429, 'TOO_MANY_WAITING', 'Too many requests are waiting for news already; ask again in a while, or without waiting.', {
    headers: { 'Retry-After': '5' },
  })
