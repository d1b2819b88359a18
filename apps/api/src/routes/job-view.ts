import type { Job, JobProgress, JobStatus, Task, TaskStatus } from '@darkroom/contracts'

/**
 * The statuses of the older form, and the task statuses that each stands for. Expired tasks only
 * show in the complete list.
 */
export const JOB_STATUSES = {
  pending: ['pending'],
  active: ['processing'],
  completed: ['completed'],
  failed: ['failed', 'cancelled'],
} as const satisfies Record<JobStatus, readonly TaskStatus[]>

/** A task as shown by `/api/jobs/{id}`. */
export const toJobView = (task: Task): Job => ({
  jobId: task.jobId,
  status: toJobStatus(task),
  progress: { stage: task.progress.stage, progress: task.progress.percent },
  ...('city' in task.source && { city: task.source.city, language: task.source.language }),
  data: {
    taskId: task.id,
    imagePath: task.originalPath,
    timestamp: Date.parse(task.createdAt),
    epoch: task.epoch,
    name: task.name,
  },
  result: task.status === 'completed' ? resultOf(task) : null,
  error: task.error?.message ?? null,
  createdAt: task.createdAt,
  processedOn: task.startedAt,
  finishedOn: task.finishedAt,
})

const resultOf = ({ images, files, result, processingTimeMs }: Task): Job['result'] => ({
  images,
  ...(files && { files }),
  ...result,
  processingTime: processingTimeMs,
})

/** A task as shown by `/api/jobs/{id}/status`. */
export const toJobProgress = (task: Task): JobProgress => ({
  jobId: task.jobId,
  status: toJobStatus(task),
  progress: { stage: task.progress.stage, progress: task.progress.percent },
  error: task.error?.message ?? null,
  createdAt: task.createdAt,
  processedOn: task.startedAt,
  finishedOn: task.finishedAt,
  downloadUrl: `/api/jobs/${task.jobId}/download`,
})

function toJobStatus({ status, error }: Task): JobStatus {
  switch (status) {
    case 'pending':
    case 'completed':
    case 'failed':
      return status
    case 'processing':
      return 'active'
    case 'cancelled':
      return 'failed'
    case 'expired':
      return error ? 'failed' : 'completed'
    default:
      return status satisfies never
  }
}
