import { HEX_ID } from './ids.ts'

/** The job id of a task: the task id in its first epoch, `<id>-<epoch>` after a restart. */
export function jobIdOf(taskId: string, epoch: number): string {
  return epoch === 1 ? taskId : `${taskId}-${epoch}`
}

const JOB_OF_EPOCH = new RegExp(`^(${HEX_ID})(?:-(\\d{1,6}))?$`)

/** The inverse of {@link jobIdOf}; undefined for any other id. */
export function parseJobId(jobId: string): { taskId: string; epoch: number } | undefined {
  const match = JOB_OF_EPOCH.exec(jobId)
  return match?.[1] ? { taskId: match[1], epoch: Number(match[2] ?? 1) } : undefined
}
