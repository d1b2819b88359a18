import type { TaskEstimate } from '@darkroom/contracts'
import type { TaskQueues } from '@darkroom/messaging'
import type { Logger } from '@darkroom/runtime'
import type { Tracing } from '@darkroom/runtime/tracing'
import type { Storage } from '@darkroom/storage'
import type { Announcer } from '../announce.ts'
import type { Dispatch } from '../dispatch.ts'
import type { StopJob } from '../stop-job.ts'
import type { TaskStore } from '../task-store.ts'
import type { TaskViews } from '../task-view.ts'
import { CancelTaskHandler } from './cancel-task.ts'
import { CreateTaskHandler, type NewTask } from './create-task.ts'
import { RetryTaskHandler } from './retry-task.ts'
import { UpdateTaskHandler } from './update-task.ts'

/** The commands that clients send for a task. */
export function createTaskCommands(parts: {
  env: { DISPATCH_LEASE_MS: number }
  queues: TaskQueues
  views: TaskViews
  store: TaskStore
  storage: Storage
  announcer: Announcer
  dispatch: Dispatch
  stopJob: StopJob
  estimate: (task: NewTask) => TaskEstimate
  onFilesLeft: () => void
  log: Logger
  tracing: Tracing
  now: () => number
}) {
  const dispatchLeaseMs = parts.env.DISPATCH_LEASE_MS
  const createTask = new CreateTaskHandler({
    ...parts,
    maxAttempts: (kind) => parts.queues.of(kind).policy.attempts,
    dispatchLeaseMs,
  })
  const others = [
    new CancelTaskHandler(parts),
    new RetryTaskHandler({ ...parts, dispatchLeaseMs }),
    new UpdateTaskHandler(parts),
  ]
  return { createTask, handlers: [createTask, ...others] }
}
