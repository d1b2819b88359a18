import type { Logger } from '@darkroom/runtime'
import type { TaskStore } from '../tasks/task-store.ts'
import { FollowTaskEventsHandler } from './follow-task-events.ts'
import { ListTaskEventsHandler } from './list-task-events.ts'
import { TaskFeed } from './task-feed.ts'
import { WaitForTaskHandler } from './wait-for-task.ts'

/** Who follows which task, and what they hear. */
export function createFollowing({ store, recheckMs, log }: { store: TaskStore; recheckMs: number; log: Logger }) {
  const feed = new TaskFeed({ store, recheckMs, log })
  return {
    feed,
    handlers: [
      new ListTaskEventsHandler({ store }),
      new FollowTaskEventsHandler({ feed }),
      new WaitForTaskHandler({ feed }),
    ],
  }
}
