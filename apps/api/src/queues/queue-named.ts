import type { TaskQueue } from '@darkroom/messaging'
import { AppError } from '../app-error.ts'

export function queueNamed(queues: readonly TaskQueue[], name: string): TaskQueue {
  const found = queues.find((queue) => queue.name === name)
  if (found) return found
  throw new AppError(
    'QUEUE_NOT_FOUND',
    `There is no queue with this name; the queues are: ${queues.map((queue) => queue.name).join(', ')}.`,
  )
}
