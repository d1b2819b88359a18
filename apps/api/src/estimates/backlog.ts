import { PRIORITIES, type TaskPriority } from '@darkroom/contracts'
import { jobsAfter, nextTurn, type QueueLoad, type TenantWeights } from '@darkroom/messaging'

const NAMES = Object.keys(PRIORITIES) as TaskPriority[]
const NONE: Record<TaskPriority, number> = { premium: 0, interactive: 0, normal: 0, batch: 0 }

/** What is ahead of a new task. `slots` is never 0: if no worker is known, one is assumed. */
export interface Ahead {
  waiting: number
  active: number
  slots: number
}

/**
 * The load of the queue as last read, adjusted by what this process has added since and knows to
 * have ended. So a burst counts although the queue is read only every few seconds, and accepting a
 * task needs no query.
 */
export class Backlog {
  readonly #weights: TenantWeights
  #load: QueueLoad | undefined
  #turns = byPriority(() => ({ now: 0, last: new Map<string, number>() }))
  #added = { ...NONE }
  #ended = 0
  #slots = 1

  constructor(weights: TenantWeights = new Map()) {
    this.#weights = weights
  }

  /** Starts counting again; the load must have been read before this call. */
  refresh(load: QueueLoad): void {
    this.#load = load
    this.#turns = byPriority((name) => ({ ...load.turns[name], last: new Map(load.turns[name].last) }))
    this.#added = { ...NONE }
    this.#ended = 0
    if (load.slots > 0) this.#slots = load.slots
  }

  added(priority: TaskPriority, tenant: string): void {
    this.#added[priority]++
    const turns = this.#turns[priority]
    turns.last.set(tenant, nextTurn(turns, this.#weights, tenant))
  }

  ended(): void {
    this.#ended++
  }

  /** Whether any worker is processing jobs: if not, no estimate can be right. */
  get isServed(): boolean {
    return this.#load !== undefined && this.#load.workers > 0 && !this.#load.isPaused
  }

  get isPaused(): boolean {
    return this.#load?.isPaused ?? false
  }

  get waiting(): number {
    const waiting = NAMES.reduce((sum, name) => sum + this.#waiting(name), 0)
    return this.#ahead(waiting, this.#ended).waiting
  }

  /** Jobs that run before a new one of this priority and tenant. */
  aheadOf(priority: TaskPriority, tenant: string): Ahead {
    const higher = NAMES.filter((name) => PRIORITIES[name] < PRIORITIES[priority])
    const before = higher.reduce((sum, name) => sum + this.#waiting(name), 0)
    const equal = this.#waiting(priority)
    const inTurn = before + Math.max(0, equal - jobsAfter(this.#turns[priority], this.#weights, tenant))
    // Jobs that would have run after it have ended as well.
    const share = before + equal > 0 ? inTurn / (before + equal) : 1
    return this.#ahead(inTurn, Math.round(this.#ended * share))
  }

  /** Each job that has ended was replaced by the next in line. */
  #ahead(inLine: number, ended: number): Ahead {
    const inAll = Math.max(0, inLine + (this.#load?.active ?? 0) - ended)
    const active = Math.min(inAll, this.#slots)
    return { waiting: inAll - active, active, slots: this.#slots }
  }

  #waiting(priority: TaskPriority): number {
    return (this.#load?.waiting[priority] ?? 0) + this.#added[priority]
  }
}

const byPriority = <Value>(make: (name: TaskPriority) => Value) =>
  Object.fromEntries(NAMES.map((name) => [name, make(name)])) as Record<TaskPriority, Value>
