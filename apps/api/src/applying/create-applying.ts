import type { TaskEvent } from '@darkroom/contracts'
import type { PublishTaskEvent } from '@darkroom/messaging'
import type { Logger } from '@darkroom/runtime'
import type { TaskCache } from '../tasks/task-cache.ts'
import type { TaskStore } from '../tasks/task-store.ts'
import type { TaskRecord } from '../tasks/task.ts'
import { KnownTtls } from './known-ttls.ts'
import { UpdateTaskStatusHandler } from './update-task-status.ts'

/** Longer than most photos take, and too short for a person to miss. */
const HOLD_STARTS_MS = 200

/** What workers say, applied to the tasks. */
export function createApplying(parts: {
  store: TaskStore
  cache: TaskCache
  publish: PublishTaskEvent
  log: Logger
  now: () => number
  onChanged: (task: TaskRecord, event: TaskEvent) => void
}) {
  const ttls = new KnownTtls()
  return {
    handlers: [new UpdateTaskStatusHandler({ ...parts, ttls, holdStartsMs: HOLD_STARTS_MS })],
    onCreated: (task: TaskRecord): void => ttls.remember(task),
  }
}
