import { z } from 'zod'
import { HEX_ID } from './ids.ts'
import { jobEnvelope, type KindContract } from './kind-contract.ts'
import { taskCompleted, type TaskEventOf } from './task-events.ts'

export const IMAGE_QUEUE = 'image-processing'
export const IMAGE_JOB = 'process-image'

/** `imagePath` is a storage key, so that it means the same on every machine. */
export const imageJob = jobEnvelope.extend({ imagePath: z.string(), imageName: z.string() })
export type ImageJob = z.infer<typeof imageJob>

export const imageOptimize: KindContract<ImageJob> = {
  kind: 'image.optimize',
  queue: IMAGE_QUEUE,
  job: IMAGE_JOB,
  input: imageJob,
}

/**
 * The job's return value is the very event that says so. The queue keeps it, so that a lost event
 * can be made up for with the same words: Pub/Sub, the queue's event stream and the job itself all
 * carry one fact.
 */
export const imageJobResult = taskCompleted
export type ImageJobResult = TaskEventOf<'task.completed'>

/** The job id of a task: the task id at its first epoch, `<id>-<epoch>` after a retry. */
export function jobIdOf(taskId: string, epoch: number): string {
  return epoch === 1 ? taskId : `${taskId}-${epoch}`
}

const JOB_OF_EPOCH = new RegExp(`^(${HEX_ID})(?:-(\\d{1,6}))?$`)

/** The inverse of {@link jobIdOf}; undefined for ids that are not ours. */
export function parseJobId(jobId: string): { taskId: string; epoch: number } | undefined {
  const match = JOB_OF_EPOCH.exec(jobId)
  return match?.[1] ? { taskId: match[1], epoch: Number(match[2] ?? 1) } : undefined
}
