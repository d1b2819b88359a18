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

/** A client that was away for no more than this many events of its tenant misses none. */
const KEPT = 5000
/** Of all tenants. Beyond this, those of the tenant that was quiet the longest are forgotten. */
const KEPT_IN_ALL = 50_000
const PAGE = 500

/**
 * The latest events of all tasks, in the order in which this process heard of them: from its own
 * writes, and from those of others by the event channel. It ends with the process, so nothing may
 * depend on it but what people see. Each tenant has positions of its own: they tell it nothing of
 * the others.
 */
export class EventHistory {
  readonly #id = randomBytes(6).toString('hex')
  /** By tenant; that of the latest event is the last one. */
  readonly #kept = new Map<string, TaskEvent[]>()
  /** How many events of a tenant there were. */
  readonly #counts = new Map<string, number>()
  readonly #known = new Set<string>()
  readonly #waiting = new Set<() => void>()

  /** Both ways may bring the same event. */
  add = (event: TaskEvent): void => {
    if (this.#known.has(keyOf(event))) return
    const { tenant } = event
    const kept = this.#kept.get(tenant) ?? []
    kept.push(event)
    this.#kept.delete(tenant)
    this.#kept.set(tenant, kept)
    this.#counts.set(tenant, this.#countOf(tenant) + 1)
    this.#known.add(keyOf(event))
    if (kept.length > KEPT) this.#forget(kept.splice(0, 1))
    if (this.#known.size > KEPT_IN_ALL) this.#forgetQuietest()
    for (const wake of this.#waiting) wake()
  }

  /** A page of a tenant's events after a position; without one, of those that are still to come. */
  read(tenant: string, after: string | undefined): HeardEvents {
    const kept = this.#kept.get(tenant) ?? []
    const count = this.#countOf(tenant)
    const oldest = count - kept.length
    const from = after === undefined ? count : this.#numberOf(after, count)
    const start = Math.max(from, oldest)
    const items = kept
      .slice(start - oldest, start - oldest + PAGE)
      .map((event, index) => ({ position: this.#format(start + index + 1), event }))
    return { items, next: this.#format(start + items.length), missed: from < oldest }
  }

  /** Page after page, until the signal is aborted. */
  async *follow(tenant: string, after: string | undefined, signal: AbortSignal): AsyncGenerator<HeardEvents> {
    let position = after ?? this.#format(this.#countOf(tenant))
    while (!signal.aborted) {
      const page = this.read(tenant, position)
      position = page.next
      if (page.items.length > 0 || page.missed) yield page
      else await this.#added(signal)
    }
  }

  #countOf(tenant: string): number {
    return this.#counts.get(tenant) ?? 0
  }

  #forgetQuietest(): void {
    const [[tenant, kept] = ['', []]] = this.#kept
    this.#kept.delete(tenant)
    this.#forget(kept)
  }

  #forget(events: readonly TaskEvent[]): void {
    for (const event of events) this.#known.delete(keyOf(event))
  }

  /** Before all others if it is the position of another process. */
  #numberOf(position: string, count: number): number {
    const [id, number] = position.split('-')
    const at = Number(number)
    return id === this.#id && Number.isInteger(at) && at <= count ? at : -1
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
