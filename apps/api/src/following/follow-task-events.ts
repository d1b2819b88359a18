import type { TaskLogEntry } from '@darkroom/contracts'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { taskNotFound } from '../app-error.ts'
import { isAfter, type LogPosition } from './log-position.ts'
import type { TaskFeed } from './task-feed.ts'
import type { TaskFollower, TaskNews } from './task-follower.ts'
import { isFinal, type LogEntry, type TaskRecord } from '../tasks/task.ts'
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
    return isOver ? undefined : eventsOf({ task, follower, after, signal })
  }
}

async function* eventsOf(from: {
  task: TaskRecord
  follower: TaskFollower
  after: LogPosition
  signal: AbortSignal
}): AsyncGenerator<TaskLogEntry> {
  const seen = new SeenLog(from.after)
  for (let news: TaskNews | undefined = { task: from.task }; news; news = await from.follower.next(from.signal)) {
    for (const entry of seen.newIn(news.task?.log ?? [])) yield toLogView(entry)
    if (news.gone || (news.task && isFinal(news.task.status))) return
    if (news.live && seen.takesLive(news.live)) yield toLogView(news.live)
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
