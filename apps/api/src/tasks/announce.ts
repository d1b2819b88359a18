import type { TaskEvent } from '@darkroom/contracts'
import type { PublishTaskEvent } from '@darkroom/messaging'
import type { TaskCache } from './task-cache.ts'
import type { TaskRecord } from './task.ts'

/** Called for every event that changed a task here, right after the write. Must not throw. */
export type TaskListener = (task: TaskRecord, event: TaskEvent) => void

/** Notifies everyone concerned after a task was written. */
export interface Announcer {
  /**
   * A task was written here: changed to `task` by `event`, or by an update, which is no event. Once
   * this resolves, no reader gets the old task; it does not wait for the channel.
   */
  announce: (task: TaskRecord, event?: TaskEvent) => Promise<void>
  /** Another process wrote this event, and may have died before it announced it. */
  announceLate: (event: TaskEvent) => Promise<void>
  /** A task was deleted, or its record was removed. */
  announceRemoval: (task: { tenant: string; id: string }) => Promise<void>
}

/** Workers publish these themselves; a final failure is only certain after the write. */
const PUBLISHED_BY_WORKERS: ReadonlySet<TaskEvent['eventType']> = new Set([
  'task.processing',
  'task.progress',
  'task.retry',
  'task.completed',
])

export function createAnnouncer(parts: {
  cache: Pick<TaskCache, 'taskCreated' | 'taskChanged'>
  publish: PublishTaskEvent
  /** Read for each event, so that they can be created later. */
  listeners?: () => readonly TaskListener[]
}): Announcer {
  const { cache, publish, listeners = () => [] } = parts
  return {
    announce: async (task, event) => {
      // The cache first: anyone who is notified and then reads the task must get the new state.
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

/** Whether this is a task's first event; a restart has an event of the same type. */
export const isFirst = ({ eventType, epoch }: TaskEvent): boolean => eventType === 'task.created' && epoch === 1

/** Whether the event ended a task. Expiring later is not a second end. */
export const isEnd = ({ eventType }: TaskEvent): boolean =>
  eventType === 'task.completed' || eventType === 'task.failed' || eventType === 'task.cancelled'

/** Whether lists and counts show the change. */
const isListed = (event?: TaskEvent): boolean => event?.eventType !== 'task.progress'
