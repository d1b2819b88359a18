import type { LogEntry, TaskRecord } from '../tasks/task.ts'

/** What became known of a followed task since it was last asked about. */
export interface TaskNews {
  /** The task as it is stored now. */
  task?: TaskRecord
  /** The task was deleted. */
  gone?: true
  /** Progress that a worker told of and that is not (yet) stored. */
  live?: LogEntry
}

/**
 * One who follows a task. News that nobody asked for yet is folded into one piece: however slow the
 * asker, no more than the latest state is kept for it, and the log in it holds what came before.
 */
export class TaskFollower {
  #news: TaskNews | undefined
  #wake: (() => void) | undefined

  tell(news: TaskNews): void {
    this.#news = { ...this.#news, ...news }
    this.#wake?.()
  }

  /** The news since the last call, waiting for some; undefined once the signal is aborted. */
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
