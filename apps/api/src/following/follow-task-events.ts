import type { TaskLogEntry } from '@darkroom/contracts'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { taskNotFound } from '../app-error.ts'
import { changesOf, type TaskChange } from './changes-of.ts'
import { isAfter, type LogPosition } from './log-position.ts'
import type { TaskFeed } from './task-feed.ts'
import { isFinal } from '../tasks/task.ts'
import { toLogView } from '../tasks/task-view.ts'

/**
 * The events of a task after a position in its log, then new events, until it has ended or the
 * signal is aborted; also live progress, which may never be in the log. Returns undefined if there
 * will be no more events. Throws TASK_NOT_FOUND.
 */
export class FollowTaskEvents extends RequestData<AsyncIterable<TaskLogEntry> | undefined> {
  readonly tenant: string
  readonly id: string
  readonly after: LogPosition
  readonly signal: AbortSignal

  constructor(tenant: string, id: string, follow: { after: LogPosition; signal: AbortSignal }) {
    super()
    this.tenant = tenant
    this.id = id
    this.after = follow.after
    this.signal = follow.signal
  }
}

export class FollowTaskEventsHandler implements RequestHandler<
  FollowTaskEvents,
  AsyncIterable<TaskLogEntry> | undefined
> {
  readonly #feed: TaskFeed

  constructor(deps: { feed: TaskFeed }) {
    this.#feed = deps.feed
  }

  async handle({ tenant, id, after, signal }: FollowTaskEvents): Promise<AsyncIterable<TaskLogEntry> | undefined> {
    // Follow first, then read: events in between are received twice rather than never, and
    // duplicates are dropped.
    const follower = this.#feed.follow(tenant, id, signal)
    const task = await this.#feed.read(tenant, id)
    if (!task) throw taskNotFound()
    const isOver = isFinal(task.status) && !task.log.some((entry) => isAfter(entry, after))
    return isOver ? undefined : eventsOf(changesOf({ task, follower, after, signal }))
  }
}

async function* eventsOf(changes: AsyncIterable<TaskChange>): AsyncGenerator<TaskLogEntry> {
  for await (const { entry } of changes) yield toLogView(entry)
}
