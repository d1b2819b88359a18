import type { JobMessage, Task, TaskLogEntry } from '@darkroom/contracts'
import { toJobView } from '../routes/job-view.ts'
import { isFinal } from '../tasks/task.ts'

/** Where a job stands now. */
export function messageOfTask(task: Task): JobMessage {
  const { jobId, status, progress, result, error } = toJobView(task)
  const isCancelled = task.status === 'cancelled'
  if (status === 'failed')
    return ['job:failed', { jobId, error: error ?? (isCancelled ? 'The job was cancelled.' : 'Unknown error') }]
  if (status !== 'completed')
    return ['job:progress', { jobId, status, ...toldProgress(progress.stage, progress.progress) }]
  return result ? ['job:completed', { jobId, result }] : ['job:error', { jobId, code: 'TASK_EXPIRED' }]
}

/**
 * What has happened to a job; `task` is its state then or later. Undefined for an end that was
 * followed by a restart: its result is no longer known.
 */
export function messageOfEvent(event: TaskLogEntry, task: Task): JobMessage | undefined {
  const { jobId } = task
  switch (event.type) {
    case 'task.created':
      return ['job:progress', { jobId, status: 'pending', ...toldProgress('waiting') }]
    case 'task.processing':
      return ['job:progress', { jobId, status: 'active', ...toldProgress('started') }]
    case 'task.progress':
      return ['job:progress', { jobId, status: 'active', ...toldProgress(event.data.stage, event.data.percent) }]
    case 'task.retry':
      return ['job:progress', { jobId, status: 'pending', ...toldProgress('waiting for the next attempt') }]
    case 'task.completed':
    case 'task.failed':
    case 'task.cancelled':
    case 'task.expired':
      return isFinal(task.status) ? messageOfTask(task) : undefined
    default:
      return event satisfies never
  }
}

const toldProgress = (message: string, progress = 0) => ({ progress, message })
