import type { Logger } from '@darkroom/runtime'
import type { Tracing } from '@darkroom/runtime/tracing'
import type { Announcer, TaskListener } from '../tasks/announce.ts'
import type { TaskStore } from '../tasks/task-store.ts'
import { isFinal } from '../tasks/task.ts'
import { KnownTtls } from './known-ttls.ts'
import { UpdateTaskStatusHandler, type Refine } from './update-task-status.ts'

/** Longer than most photos take, and too short for people to notice. */
const HOLD_STARTS_MS = 200

/** Applies events of workers to the tasks. */
export function createApplying(parts: {
  env: { FILE_TTL_SECONDS: number }
  store: TaskStore
  announcer: Announcer
  refine: Refine
  log: Logger
  tracing: Tracing
  now: () => number
}) {
  const ttls = new KnownTtls(parts.env.FILE_TTL_SECONDS)
  const onTask: TaskListener = (task) => {
    if (!isFinal(task.status)) ttls.remember(task)
  }
  return {
    onTask,
    handlers: [new UpdateTaskStatusHandler({ ...parts, ttls, holdStartsMs: HOLD_STARTS_MS })],
  }
}
