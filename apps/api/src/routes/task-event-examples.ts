import { DEFAULT_TENANT, EPOCH_END, eventSeq, STEP, type TaskEvent, type TaskEventPage } from '@darkroom/contracts'
import { formatEvent } from '../http/event-stream.ts'
import { FAILED_TASK_ID, TASK_ID } from '../http/openapi/example-ids.ts'
import { CREATED_AT, EXAMPLE_VARIANTS, taskExamples, WORKER_ID } from './task-examples.ts'
import { toServerSent } from './to-server-sent.ts'
import { toLogView } from '../tasks/task-view.ts'
import { entryFor } from '../tasks/task.ts'

/** The position of an event, this many ms after the task was accepted. */
const at = (ms: number, attempt: number, step: number) => ({
  taskId: TASK_ID,
  tenant: DEFAULT_TENANT,
  timestamp: CREATED_AT + ms,
  epoch: 1,
  attempt,
  seq: eventSeq(attempt, step),
})
/** A run that waited this many ms for its worker. */
const run = (waitMs: number, attempts: number) => ({
  workerId: WORKER_ID,
  startedAt: CREATED_AT + waitMs,
  waitMs,
  attempts,
})

const { kind, priority, name } = taskExamples.completed

const created: TaskEvent = { eventType: 'task.created', ...at(0, 0, 0), kind, priority, name }
const processing: TaskEvent = { eventType: 'task.processing', ...at(12, 1, STEP.processing), ...run(12, 0) }
const retry: TaskEvent = {
  eventType: 'task.retry',
  ...at(60, 1, STEP.retry),
  ...run(12, 1),
  error: 'Reading or writing a file failed (EIO)',
  code: 'STORAGE_FAILED',
  retryable: true,
  nextAt: CREATED_AT + 2060,
}
const processingAgain: TaskEvent = { eventType: 'task.processing', ...at(2071, 2, STEP.processing), ...run(2071, 1) }
const progress: TaskEvent = {
  eventType: 'task.progress',
  ...at(2110, 2, STEP.progress),
  ...run(2071, 1),
  stage: 'encode',
  percent: 45,
}
const completed: TaskEvent = {
  eventType: 'task.completed',
  ...at(2142, 2, STEP.completed),
  ...run(2071, 2),
  images: EXAMPLE_VARIANTS,
  processingTime: 71,
}
const failed: TaskEvent = {
  eventType: 'task.failed',
  ...at(57, 1, STEP.failed),
  taskId: FAILED_TASK_ID,
  ...run(12, 1),
  error: 'The image is damaged: some of its pixels are missing or cannot be read. Send the original file again.',
  code: 'IMAGE_CORRUPT',
  retryable: false,
  willRetry: false,
}

const cancelled: TaskEvent = {
  eventType: 'task.cancelled',
  ...at(900, 1, 0),
  seq: EPOCH_END.cancelled,
  attempts: 0,
}
const expired: TaskEvent = { eventType: 'task.expired', ...at(604_802_142, 2, 0), seq: EPOCH_END.expired }

/** One event of each type. */
export const taskEventExamples: readonly TaskEvent[] = [
  ...[created, processing, progress, retry, completed, failed, cancelled, expired],
]

const logOf = (...events: TaskEvent[]) => events.map((event) => toLogView(entryFor(event)))

export const taskEventPageExamples = {
  'Completed on the second attempt': { items: logOf(created, processing, retry, processingAgain, progress, completed) },
  'Failed for good': { items: logOf(created, processing, failed) },
} satisfies Record<string, TaskEventPage>

/** The events for a client that reconnects in the middle. */
export const taskEventStreamExample = logOf(processingAgain, progress, completed)
  .map((entry) => formatEvent(toServerSent(entry)))
  .join('')
