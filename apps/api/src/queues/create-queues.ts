import type { TaskQueue } from '@darkroom/messaging'
import type { Logger } from '@darkroom/runtime'
import { GetQueueLoadHandler, type WorkOf } from './get-queue-load.ts'
import { GetQueueStatsHandler } from './get-queue-stats.ts'
import { ListQueueJobsHandler } from './list-queue-jobs.ts'
import { ListWorkersHandler } from './list-workers.ts'
import { SwitchQueueHandler } from './switch-queue.ts'

/** The commands and queries of operators about queues. */
export function createQueues(parts: { queues: readonly TaskQueue[]; workOf: WorkOf; log: Logger }) {
  const { queues, workOf, log } = parts
  return {
    handlers: [
      new GetQueueStatsHandler({ queues }),
      new GetQueueLoadHandler({ queues, workOf }),
      new ListQueueJobsHandler({ queues }),
      new ListWorkersHandler({ queues }),
      new SwitchQueueHandler({ queues, log }),
    ],
  }
}
