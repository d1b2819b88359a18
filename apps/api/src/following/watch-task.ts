import type { Task, TaskLogEntry } from '@darkroom/contracts'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { taskNotFound } from '../app-error.ts'
import { changesOf, type TaskChange } from './changes-of.ts'
import { START_OF_LOG } from './log-position.ts'
import type { TaskFeed } from './task-feed.ts'
import { toLogView, type TaskViews } from '../tasks/task-view.ts'

/** A task as it is now, and its later events, each with the task as it was known then. */
export interface WatchedTask {
  task: Task
  changes: AsyncIterable<{ event: TaskLogEntry; task: Task }>
}

/**
 * The state of a task and everything that happens to it afterwards, until it has ended or was
 * deleted, or the signal is aborted. Throws TASK_NOT_FOUND.
 */
export class WatchTask extends RequestData<WatchedTask> {
  readonly tenant: string
  readonly id: string
  readonly signal: AbortSignal

  constructor(tenant: string, id: string, signal: AbortSignal) {
    super()
    this.tenant = tenant
    this.id = id
    this.signal = signal
  }
}

export class WatchTaskHandler implements RequestHandler<WatchTask, WatchedTask> {
  readonly #feed: TaskFeed
  readonly #views: TaskViews

  constructor(deps: { feed: TaskFeed; views: TaskViews }) {
    this.#feed = deps.feed
    this.#views = deps.views
  }

  async handle({ tenant, id, signal }: WatchTask): Promise<WatchedTask> {
    // Follow first, then read: what happens in between is in the log that was read.
    const follower = this.#feed.follow(tenant, id, signal)
    const task = await this.#feed.read(tenant, id)
    if (!task) throw taskNotFound()
    const changes = changesOf({ task, follower, after: task.log.at(-1) ?? START_OF_LOG, signal })
    return { task: this.#views.task(task), changes: this.#shown(changes) }
  }

  async *#shown(changes: AsyncIterable<TaskChange>): AsyncGenerator<{ event: TaskLogEntry; task: Task }> {
    for await (const { entry, task } of changes) yield { event: toLogView(entry), task: this.#views.task(task) }
  }
}
