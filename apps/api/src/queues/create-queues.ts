import type { TaskQueue } from '@darkroom/messaging'
import type { Logger } from '@darkroom/runtime'
import { GetQueueStatsHandler } from './get-queue-stats.ts'
import { ListQueueJobsHandler } from './list-queue-jobs.ts'
import { SwitchQueueHandler } from './switch-queue.ts'

/** The commands and queries of operators about queues. */
export function createQueues({ queues, log }: { queues: readonly TaskQueue[]; log: Logger }) {
  return {
    handlers: [
      new GetQueueStatsHandler({ queues }),
      new ListQueueJobsHandler({ queues }),
      new SwitchQueueHandler({ queues, log }),
    ],
  }
}
