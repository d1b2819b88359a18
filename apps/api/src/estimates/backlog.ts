import { PRIORITIES, type TaskPriority } from '@darkroom/contracts'
import type { QueueLoad } from '@darkroom/messaging'

const NAMES = Object.keys(PRIORITIES) as TaskPriority[]
const NONE: Record<TaskPriority, number> = { premium: 0, interactive: 0, normal: 0, batch: 0 }

/**
 * What stands before a new task. `slots` is never 0: where no worker is known, one is hoped for.
 */
export interface Ahead {
  waiting: number
  active: number
  slots: number
}

/**
 * How full the queue is, as last read, corrected by what this process has put on it and heard ended
 * since. So a burst is counted although the queue is asked every few seconds only, and accepting a
 * task asks nothing.
 */
export class Backlog {
  #load: QueueLoad | undefined
  #added = { ...NONE }
  #ended = 0
  #slots = 1

  /** Begins to count anew; the numbers are those of the moment before the queue was asked. */
  refresh(load: QueueLoad): void {
    this.#load = load
    this.#added = { ...NONE }
    this.#ended = 0
    if (load.slots > 0) this.#slots = load.slots
  }

  added(priority: TaskPriority): void {
    this.#added[priority]++
  }

  ended(): void {
    this.#ended++
  }

  /** Whether somebody works at all: where not, no estimate can come true. */
  get isServed(): boolean {
    return this.#load !== undefined && this.#load.workers > 0 && !this.#load.isPaused
  }

  get isPaused(): boolean {
    return this.#load?.isPaused ?? false
  }

  /**
   * Jobs that run before a new one of this priority. Whatever ended since was replaced by the next
   * from the front.
   */
  aheadOf(priority: TaskPriority): Ahead {
    const before = NAMES.filter((name) => PRIORITIES[name] <= PRIORITIES[priority])
    const known = this.#load?.waiting ?? NONE
    const waiting = before.reduce((sum, name) => sum + known[name] + this.#added[name], 0)
    const inAll = Math.max(0, waiting + (this.#load?.active ?? 0) - this.#ended)
    const active = Math.min(inAll, this.#slots)
    return { waiting: inAll - active, active, slots: this.#slots }
  }
}
