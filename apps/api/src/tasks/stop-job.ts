import { jobIdOf, type TaskCommand } from '@darkroom/contracts'
import type { TaskQueues } from '@darkroom/messaging'
import type { TaskRecord } from './task.ts'

/** Rejects while the queue cannot be reached; whoever cares asks again. */
export type StopJob = (task: Pick<TaskRecord, 'id' | 'kind' | 'epoch'>) => Promise<boolean>

/**
 * Takes the job of an epoch that has ended off the queue, or has the worker that runs it give it
 * up: its result would change nothing any more. Answers whether nothing is left of the job.
 */
export function createStopJob(queues: TaskQueues, tellWorkers: (command: TaskCommand) => Promise<void>): StopJob {
  return async ({ id: taskId, kind, epoch }) => {
    const queue = queues.of(kind)
    const job = await queue.find(taskId, epoch)
    if (!job || job.finishedOn !== undefined || (await queue.remove(taskId, epoch))) return true
    await tellWorkers({ command: 'cancel', jobId: jobIdOf(taskId, epoch) })
    return false
  }
}
