import type { Response } from 'express'
import { AppError } from '../app-error.ts'
import { clientOf } from './client-address.ts'
import type { CallerWatch } from './caller-watch.ts'
import { Tally } from './tally.ts'
import { callerOf } from './tenant-of.ts'

export interface HoldLimits {
  total: number
  /** For one topic. */
  each: number
  perAddress: number
}

/**
 * Requests that stay open and wait. Each takes memory and a socket for as long as its client likes,
 * so their number is limited: in total, per topic, and per address. All of them end at shutdown,
 * because a server waits for its last request before it closes.
 */
export class HeldRequests {
  readonly #limits
  readonly #callers
  readonly #held = new Set<AbortController>()
  readonly #waiting = new Tally()
  readonly #clients = new Tally()
  #closing = false

  constructor(limits: HoldLimits, callers: CallerWatch) {
    this.#limits = limits
    this.#callers = callers
  }

  get size(): number {
    return this.#held.size
  }

  /**
   * Aborted when the time is up, the response was sent, the client has disconnected, its key is no
   * longer valid or the process shuts down. Throws TOO_MANY_WAITING.
   */
  hold(res: Response, waitsFor: string, forMs: number): AbortSignal {
    const client = clientOf(res.req)
    this.#assertRoom(waitsFor, client)
    const request = new AbortController()
    const unwatch = this.#callers.watch(callerOf(res.req), () => request.abort())
    const release = [this.#waiting.take(waitsFor), this.#clients.take(client), unwatch]
    const over = setTimeout(() => request.abort(), forMs)
    this.#held.add(request)
    const end = (): void => {
      clearTimeout(over)
      this.#held.delete(request)
      for (const giveBack of release) giveBack()
      request.abort()
    }
    // A client may have disconnected before its request starts to wait.
    if (res.closed) end()
    else res.once('close', end)
    if (this.#closing) request.abort()
    return request.signal
  }

  /** Ends all waiting requests, and later ones immediately. */
  endAll(): void {
    this.#closing = true
    for (const request of this.#held) request.abort()
  }

  #assertRoom(waitsFor: string, client: string): void {
    const { total, each, perAddress } = this.#limits
    if (this.#waiting.of(waitsFor) >= each)
      throw tooMany(`${each} requests are already waiting for this, which is the maximum`)
    if (this.#clients.of(client) >= perAddress)
      throw tooMany(`${perAddress} requests from your address are already waiting, which is the maximum`)
    if (this.#held.size >= total) throw tooMany(`${total} requests are already waiting, which is the maximum`)
  }
}

const tooMany = (found: string): AppError =>
  new AppError('TOO_MANY_WAITING', `${found}. Close some of them, or send the request without waiting.`, {
    headers: { 'Retry-After': '5' },
  })
