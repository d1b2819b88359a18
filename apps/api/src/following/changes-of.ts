import type { LogPosition } from './log-position.ts'
import { SeenLog } from './seen-log.ts'
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
