import type { LogEntry, TaskRecord } from '../tasks/task.ts'

/** Updates of a followed task since the last call. */
export interface TaskNews {
  /** The task as it is stored now. */
  task?: TaskRecord
  /** The task was deleted. */
  gone?: true
  /** Progress published by a worker that is not stored (yet). */
  live?: LogEntry
}

/**
 * A follower of a task. Pending updates are merged into one: however slow the consumer, only the
 * latest state is kept for it, and the log in it contains what came before.
 */
export class TaskFollower {
  #news: TaskNews | undefined
  #wake: (() => void) | undefined

  tell(news: TaskNews): void {
    this.#news = { ...this.#news, ...news }
    this.#wake?.()
  }

  /** Waits for updates since the last call; undefined once the signal is aborted. */
  async next(signal: AbortSignal): Promise<TaskNews | undefined> {
    if (!this.#news) await this.#told(signal)
    if (signal.aborted) return undefined
    const news = this.#news
    this.#news = undefined
    return news
  }

  async #told(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    await new Promise<void>((resolve) => {
      this.#wake = resolve
      signal.addEventListener('abort', this.#wake, { once: true })
    })
    if (this.#wake) signal.removeEventListener('abort', this.#wake)
    this.#wake = undefined
  }
}
