import type { TaskEvent } from '@darkroom/contracts'
import type { PublishTaskEvent } from '@darkroom/messaging'
import type { TaskCache } from './task-cache.ts'
import type { TaskRecord } from './task.ts'

/** Hears of every event that changed a task here, right after the write. Must not throw. */
export type TaskListener = (task: TaskRecord, event: TaskEvent) => void

/** Tells everyone who has to know that a task was written. */
export interface Announcer {
  /**
   * A task was written here: `event` changed it to `task`, or an edit did, which is no event. Once
   * this resolves, no reader gets the old task; the channel is not waited for.
   */
  announce: (task: TaskRecord, event?: TaskEvent) => Promise<void>
  /** Another process wrote what this event says, and may have died before it announced it. */
  announceLate: (event: TaskEvent) => Promise<void>
  /** A task was deleted, or its record was removed. */
  announceRemoval: (task: { tenant: string; id: string }) => Promise<void>
}

/** Workers publish these themselves; a final failure is known for sure only after the write. */
const PUBLISHED_BY_WORKERS: ReadonlySet<TaskEvent['eventType']> = new Set([
  'task.processing',
  'task.progress',
  'task.retry',
  'task.completed',
])

export function createAnnouncer(parts: {
  cache: Pick<TaskCache, 'taskCreated' | 'taskChanged'>
  publish: PublishTaskEvent
  /** Asked for at each event, so that they may be built later. */
  listeners?: () => readonly TaskListener[]
}): Announcer {
  const { cache, publish, listeners = () => [] } = parts
  return {
    announce: async (task, event) => {
      // Readers first: whoever hears of the change and reads the task must get the changed one.
      if (event && isFirst(event)) await cache.taskCreated(task.tenant)
      else await cache.taskChanged(task.tenant, task.id, { listed: isListed(event), task })
      if (!event) return
      for (const listener of listeners()) listener(task, event)
      if (!PUBLISHED_BY_WORKERS.has(event.eventType)) void publish(event)
    },
    announceLate: (event) => cache.taskChanged(event.tenant, event.taskId, { listed: isListed(event) }),
    announceRemoval: ({ tenant, id }) => cache.taskChanged(tenant, id),
  }
}

/** Whether the event is a task's first; one that starts it anew is called the same. */
export const isFirst = ({ eventType, epoch }: TaskEvent): boolean => eventType === 'task.created' && epoch === 1

/** Whether the event ended a task. That it expires later is no second end. */
export const isEnd = ({ eventType }: TaskEvent): boolean =>
  eventType === 'task.completed' || eventType === 'task.failed' || eventType === 'task.cancelled'

/** Whether lists and counts can tell. */
const isListed = (event?: TaskEvent): boolean => event?.eventType !== 'task.progress'
