import type { PhotoStatus, Task } from '@darkroom/contracts'

/** A photo as shown by `/photos/{id}/status`. */
export function toPhotoStatus(task: Task): PhotoStatus {
  const status = statusOf(task)
  const isProcessed = status === 'completed'
  const error = task.error?.message ?? (status === 'failed' ? 'The task was cancelled' : null)
  return { status, error, isProcessed, processedAt: isProcessed ? task.finishedAt : null }
}

function statusOf({ status, processingTimeMs }: Task): PhotoStatus['status'] {
  switch (status) {
    case 'pending':
    case 'processing':
    case 'completed':
    case 'failed':
      return status
    case 'cancelled':
      return 'failed'
    case 'expired':
      return processingTimeMs === null ? 'failed' : 'completed'
    default:
      return status satisfies never
  }
}
