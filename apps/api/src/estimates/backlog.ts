import { PRIORITIES, type TaskPriority } from '@darkroom/contracts'
import type { QueueLoad } from '@darkroom/messaging'

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
  #load: QueueLoad | undefined
  #added = { ...NONE }
  #ended = 0
  #slots = 1

  /** Starts counting again; the load must have been read before this call. */
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

  /** Whether any worker is processing jobs: if not, no estimate can be right. */
  get isServed(): boolean {
    return this.#load !== undefined && this.#load.workers > 0 && !this.#load.isPaused
  }

  get isPaused(): boolean {
    return this.#load?.isPaused ?? false
  }

  /**
   * Jobs that run before a new one of this priority. Each that has ended since was replaced by the
   * next in line.
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
