import { jobIdOf, type TaskCommand } from '@darkroom/contracts'
import type { ImageQueue } from '@darkroom/messaging'

/** Rejects while the queue cannot be reached; whoever cares asks again. */
export type StopJob = (taskId: string, epoch: number) => Promise<boolean>

/**
 * Takes the job of an epoch that has ended off the queue, or has the worker that runs it give it
 * up: its result would change nothing any more. Answers whether nothing is left of the job.
 */
export function createStopJob(queue: ImageQueue, tellWorkers: (command: TaskCommand) => Promise<void>): StopJob {
  return async (taskId, epoch) => {
    const job = await queue.find(taskId, epoch)
    if (!job || job.finishedOn !== undefined || (await queue.remove(taskId, epoch))) return true
    await tellWorkers({ command: 'cancel', jobId: jobIdOf(taskId, epoch) })
    return false
  }
}
