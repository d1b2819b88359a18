import { isAfter, type LogPosition } from './log-position.ts'
import type { TaskFollower, TaskNews } from './task-follower.ts'
import { isFinal, type LogEntry, type TaskRecord } from '../tasks/task.ts'

/** An event of a task, and the task as it was known then: with that event or later ones. */
export interface TaskChange {
  entry: LogEntry
  task: TaskRecord
}

/**
 * The events of a task after a position in its log, then new ones with live progress, until it has
 * ended or was deleted, or the signal is aborted.
 */
export async function* changesOf(from: {
  task: TaskRecord
  follower: TaskFollower
  after: LogPosition & { attempt?: number }
  signal: AbortSignal
}): AsyncGenerator<TaskChange> {
  const seen = new SeenLog(from.after)
  let { task } = from
  for (let news: TaskNews | undefined = { task }; news; news = await from.follower.next(from.signal)) {
    task = news.task ?? task
    for (const entry of seen.newIn(news.task?.log ?? [])) yield { entry, task }
    if (news.gone || (news.task && isFinal(news.task.status))) return
    if (news.live && seen.takesLive(news.live)) yield { entry: news.live, task }
  }
}

/** The events sent to a client, so that nothing is sent twice or out of order. */
class SeenLog {
  #last: LogPosition & { attempt?: number }
  #live: LogPosition | undefined

  constructor(after: LogPosition) {
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
