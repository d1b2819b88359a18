import type { Task } from '@darkroom/contracts'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { taskNotFound } from '../app-error.ts'
import { etagOf, isKnown } from '../tasks/task-etag.ts'
import type { TaskFeed } from './task-feed.ts'
import type { TaskViews } from '../tasks/task-view.ts'
import { isFinal, type TaskRecord } from '../tasks/task.ts'

/**
 * Returns a task as soon as it has changed, or its current state when the signal is aborted. A
 * change is a difference from the state that the client knows by its ETag; without an ETag, another
 * status, other progress, or the end. Throws TASK_NOT_FOUND.
 */
export class WaitForTask extends RequestData<Task> {
  readonly tenant: string
  readonly id: string
  readonly ifNoneMatch: string | undefined
  readonly signal: AbortSignal

  constructor(tenant: string, id: string, wait: { ifNoneMatch: string | undefined; signal: AbortSignal }) {
    super()
    this.tenant = tenant
    this.id = id
    this.ifNoneMatch = wait.ifNoneMatch
    this.signal = wait.signal
  }
}

export class WaitForTaskHandler implements RequestHandler<WaitForTask, Task> {
  readonly #feed: TaskFeed
  readonly #views: TaskViews

  constructor(deps: { feed: TaskFeed; views: TaskViews }) {
    this.#feed = deps.feed
    this.#views = deps.views
  }

  async handle({ tenant, id, ifNoneMatch, signal }: WaitForTask): Promise<Task> {
    const follower = this.#feed.follow(tenant, id, signal)
    let task = await this.#feed.read(tenant, id)
    if (!task) throw taskNotFound()
    const isNews = ifNoneMatch === undefined ? movedOnFrom(task) : this.#differsFrom(ifNoneMatch)
    while (!isNews(task)) {
      const news = await follower.next(signal)
      if (!news) break
      if (news.gone) throw taskNotFound()
      task = news.task ?? task
    }
    return this.#views.task(task)
  }

  #differsFrom(ifNoneMatch: string) {
    return (task: TaskRecord): boolean => !isKnown(ifNoneMatch, etagOf(this.#views.task(task)))
  }
}

const movedOnFrom =
  ({ epoch, status, progress }: TaskRecord) =>
  (task: TaskRecord): boolean =>
    isFinal(task.status) ||
    task.epoch !== epoch ||
    task.status !== status ||
    task.progress.stage !== progress.stage ||
    task.progress.percent !== progress.percent
