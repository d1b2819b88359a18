import type { Logger } from '@darkroom/runtime'
import type { BatchStore } from '../batches/batch-store.ts'
import type { TaskViews } from '../tasks/task-view.ts'
import type { TaskListener } from '../tasks/announce.ts'
import type { TaskStore } from '../tasks/task-store.ts'
import { EventHistory } from './event-history.ts'
import { FollowBatchEventsHandler } from './follow-batch-events.ts'
import { FollowEventsHandler } from './follow-events.ts'
import { ListBatchEventsHandler } from './list-batch-events.ts'
import { ListEventsHandler } from './list-events.ts'
import { FollowTaskEventsHandler } from './follow-task-events.ts'
import { ListTaskEventsHandler } from './list-task-events.ts'
import { TaskFeed } from './task-feed.ts'
import { WaitForTaskHandler } from './wait-for-task.ts'
import { WatchBatchHandler } from './watch-batch.ts'
import { WatchTaskHandler } from './watch-task.ts'

/** Who follows which task, and what they receive. */
export function createFollowing(parts: { store: TaskStore; views: TaskViews; recheckMs: number; log: Logger }) {
  const { store, views, recheckMs, log } = parts
  const feed = new TaskFeed({ store, recheckMs, log })
  const history = new EventHistory()
  const onTask: TaskListener = (_task, event) => history.add(event)
  return {
    feed,
    history,
    onTask,
    handlers: (batches: BatchStore) => [
      new ListTaskEventsHandler({ store }),
      new FollowEventsHandler({ history }),
      new ListEventsHandler({ history }),
      new FollowTaskEventsHandler({ feed }),
      new WaitForTaskHandler({ feed, views }),
      new WatchTaskHandler({ feed, views }),
      new WatchBatchHandler({ feed, store, batches, recheckMs }),
      new FollowBatchEventsHandler({ feed, store, batches, recheckMs }),
      new ListBatchEventsHandler({ store }),
    ],
  }
}
