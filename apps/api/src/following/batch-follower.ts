import { TaskFollower, type TaskNews } from './task-follower.ts'

/** Updates since the last call, by task. */
export type BatchNews = ReadonlyMap<string, TaskNews>

/** A follower of all tasks of a batch. Like those of one task, pending updates of a task are merged. */
export class BatchFollower {
  readonly #any = new TaskFollower()
  #news = new Map<string, TaskNews>()

  tell(taskId: string, news: TaskNews): void {
    this.#news.set(taskId, { ...this.#news.get(taskId), ...news })
    this.#any.tell({})
  }

  /** Waits for updates since the last call; undefined once the signal is aborted. */
  async next(signal: AbortSignal): Promise<BatchNews | undefined> {
    if (!(await this.#any.next(signal))) return undefined
    const news = this.#news
    this.#news = new Map()
    return news
  }
}
