import { isAfter, type LogPosition } from './log-position.ts'
import type { LogEntry } from '../tasks/task.ts'

/** The events of a task sent to a client, so that nothing is sent twice or out of order. */
export class SeenLog {
  #last: LogPosition & { attempt?: number }
  #live: LogPosition | undefined

  constructor(after: LogPosition & { attempt?: number }) {
    this.#last = after
  }

  *newIn(log: readonly LogEntry[]): Generator<LogEntry> {
    for (const entry of log) {
      if (!isAfter(entry, this.#last)) continue
      this.#last = entry
      const wasLive = entry.type === 'task.progress' && this.#live !== undefined && !isAfter(entry, this.#live)
      if (!wasLive) yield entry
    }
  }

  /**
   * Live progress is only for a run whose start was sent; its position is after everything that was
   * sent.
   */
  takesLive(entry: LogEntry): boolean {
    const isOfRun = entry.epoch === this.#last.epoch && entry.attempt === this.#last.attempt
    if (!isOfRun || !isAfter(entry, this.#last) || (this.#live && !isAfter(entry, this.#live))) return false
    this.#live = entry
    return true
  }
}
