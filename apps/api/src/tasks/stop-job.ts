import { jobIdOf, type TaskCommand } from '@darkroom/contracts'
import type { TaskQueues } from '@darkroom/messaging'
import type { TaskRecord } from './task.ts'

/** Rejects while the queue is unreachable; the caller tries again later. */
export type StopJob = (task: Pick<TaskRecord, 'id' | 'kind' | 'epoch'>) => Promise<boolean>

/**
 * Removes the job of a finished epoch from the queue, or tells the worker that runs it to stop, as
 * its result would be ignored. Returns whether the job is gone.
 */
export function createStopJob(queues: TaskQueues, tellWorkers: (command: TaskCommand) => Promise<void>): StopJob {
  return async ({ id: taskId, kind, epoch }) => {
    const queue = queues.of(kind)
    const job = await queue.find(taskId, epoch)
    if (!job || job.finishedOn !== undefined || (await queue.cancel(job))) return true
    await tellWorkers({ command: 'cancel', jobId: jobIdOf(taskId, epoch) })
    return false
  }
}
