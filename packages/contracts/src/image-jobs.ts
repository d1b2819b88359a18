import { z } from 'zod'
import { taskCompleted, type TaskEventOf } from './task-events.ts'

export const IMAGE_QUEUE = 'image-processing'
export const IMAGE_JOB = 'process-image'

/**
 * What a worker is told: ids and paths, never state. `imagePath` is a storage key, so that it means the same on
 * every machine. New fields must be optional: jobs of the previous release may still be waiting.
 */
export const imageJob = z.object({
  taskId: z.string(),
  imagePath: z.string(),
  timestamp: z.number(),
  epoch: z.number().int(),
  tenant: z.string(),
  imageName: z.string(),
  /** Runs and attempts of this epoch made by an earlier job of the same id that Redis lost. */
  previous: z.object({ runs: z.number().int(), attempts: z.number().int() }).optional(),
  /** Failed runs of this job that used up no attempt, by cause. Written by workers. */
  setbacks: z.object({ crashed: z.number().int(), missing: z.number().int(), machine: z.number().int() }).partial().optional(),
})
export type ImageJob = z.infer<typeof imageJob>

/**
 * The job's return value is the very event that says so. The queue keeps it, so that a lost event can be made up for
 * with the same words: Pub/Sub, the queue's event stream and the job itself all carry one fact.
 */
export const imageJobResult = taskCompleted
export type ImageJobResult = TaskEventOf<'task.completed'>

/** The job id of a task: the task id at its first epoch, `<id>-<epoch>` after a retry. */
export function jobIdOf(taskId: string, epoch: number): string {
  return epoch === 1 ? taskId : `${taskId}-${epoch}`
}

/** The inverse of {@link jobIdOf}; undefined for ids that are not ours. */
export function parseJobId(jobId: string): { taskId: string; epoch: number } | undefined {
  const match = /^([0-9a-f]{24})(?:-(\d{1,6}))?$/.exec(jobId)
  return match?.[1] ? { taskId: match[1], epoch: Number(match[2] ?? 1) } : undefined
}
