import { randomBytes } from 'node:crypto'
import type { TaskEvent } from '@darkroom/contracts'

export interface HeardEvent {
  /** Where to continue after it. */
  position: string
  event: TaskEvent
}

/** A tenant's events after a position. */
export interface HeardEvents {
  items: HeardEvent[]
  /** Where to continue after all of these. */
  next: string
  /** There may have been others, which are no longer known. */
  missed: boolean
}

/** A client that was away for no more than this many events misses none. */
const KEPT = 5000
const PAGE = 500

/**
 * The latest events of all tasks, in the order in which this process heard of them: from its own
 * writes, and from those of others by the event channel. It ends with the process, so nothing may
 * depend on it but what people see.
 */
export class EventHistory {
  readonly #id = randomBytes(6).toString('hex')
  readonly #kept: TaskEvent[] = []
  readonly #known = new Set<string>()
  readonly #waiting = new Set<() => void>()
  #next = 0

  /** Both ways may bring the same event. */
  add = (event: TaskEvent): void => {
    if (this.#known.has(keyOf(event))) return
    const forgotten = this.#kept[this.#next % KEPT]
    if (forgotten) this.#known.delete(keyOf(forgotten))
    this.#kept[this.#next % KEPT] = event
    this.#known.add(keyOf(event))
    this.#next += 1
    for (const wake of this.#waiting) wake()
  }

  /** A page of a tenant's events after a position; without one, of those that are still to come. */
  read(tenant: string, after: string | undefined): HeardEvents {
    const oldest = Math.max(0, this.#next - KEPT)
    const from = after === undefined ? this.#next : this.#numberOf(after)
    const items: HeardEvent[] = []
    let at = Math.max(from, oldest)
    while (at < this.#next && items.length < PAGE) {
      const event = this.#kept[at % KEPT]
      at += 1
      if (event?.tenant === tenant) items.push({ position: this.#format(at), event })
    }
    return { items, next: this.#format(at), missed: from < oldest }
  }

  /** Page after page, until the signal is aborted. */
  async *follow(tenant: string, after: string | undefined, signal: AbortSignal): AsyncGenerator<HeardEvents> {
    let position = after ?? this.#format(this.#next)
    while (!signal.aborted) {
      const page = this.read(tenant, position)
      position = page.next
      if (page.items.length > 0 || page.missed) yield page
      else if (position === this.#format(this.#next)) await this.#added(signal)
    }
  }

  /** Before all others if it is the position of another process. */
  #numberOf(position: string): number {
    const [id, number] = position.split('-')
    const at = Number(number)
    return id === this.#id && Number.isInteger(at) && at <= this.#next ? at : -1
  }

  #format(at: number): string {
    return `${this.#id}-${at}`
  }

  async #added(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const wake = (): void => resolve()
    this.#waiting.add(wake)
    signal.addEventListener('abort', wake, { once: true })
    await promise
    this.#waiting.delete(wake)
    signal.removeEventListener('abort', wake)
  }
}

const keyOf = ({ taskId, epoch, seq }: TaskEvent): string => `${taskId} ${epoch} ${seq}`
