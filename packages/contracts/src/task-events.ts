import { z } from 'zod'
import { toldOutcome } from './kinds/define-kind.ts'
import { taskKind, taskPriority } from './tasks.ts'

export const TASK_EVENTS_CHANNEL = 'task-events'

/**
 * Every event has a position in its task's history: `epoch` (increased by manual restarts),
 * `attempt` (the number of the run within the epoch, including runs of lost workers) and `seq`,
 * which strictly increases within an epoch. A receiver that keeps the largest `seq` it has seen can
 * ignore duplicate and late events.
 */
const envelope = {
  taskId: z.string(),
  tenant: z.string(),
  timestamp: z.number(),
  epoch: z.number().int(),
  attempt: z.number().int(),
  seq: z.number().int(),
  /** The span of its run, if tracing is on. */
  trace: z.string().optional(),
}
/**
 * `attempts` counts those that have ended: a run that is still going on, or was lost with its
 * worker, is not included.
 */
const attempts = z.number().int().meta({ description: 'Attempts that have ended so far' })
const run = {
  workerId: z.string(),
  startedAt: z.number().meta({ description: 'When the run started: milliseconds since 1970' }),
  waitMs: z.number().meta({ description: 'How long the task had waited for this run' }),
  attempts,
}
const fault = {
  error: z.string().meta({ description: 'What went wrong, in plain words' }),
  code: z.string().meta({ description: 'A stable code for programs', examples: ['IMAGE_CORRUPT'] }),
  retryable: z.boolean(),
}

export const taskCreated = z.object({
  eventType: z.literal('task.created'),
  ...envelope,
  kind: taskKind,
  priority: taskPriority,
  name: z.string(),
})
export const taskProcessing = z.object({ eventType: z.literal('task.processing'), ...envelope, ...run })
export const taskProgress = z.object({
  eventType: z.literal('task.progress'),
  ...envelope,
  ...run,
  stage: z.string(),
  percent: z.number(),
})
export const taskCompleted = z.object({
  eventType: z.literal('task.completed'),
  ...envelope,
  ...run,
  ...toldOutcome.shape,
  processingTime: z.number().meta({ description: 'Milliseconds from the start of the run to its end' }),
})
export const taskRetry = z.object({
  eventType: z.literal('task.retry'),
  ...envelope,
  ...run,
  ...fault,
  nextAt: z.number().meta({ description: 'When the next attempt is due: milliseconds since 1970' }),
})
export const taskFailed = z.object({
  eventType: z.literal('task.failed'),
  ...envelope,
  ...fault,
  attempts,
  willRetry: z.literal(false),
  /** Of the last run; null if the task never ran. */
  startedAt: z.number().nullable(),
  waitMs: z.number().nullable(),
  workerId: z.string().nullable(),
})

/** The task was cancelled by a client. `attempts` does not include the run that was aborted. */
export const taskCancelled = z.object({ eventType: z.literal('task.cancelled'), ...envelope, attempts })
/** The task's files have expired and are no longer available. */
export const taskExpired = z.object({ eventType: z.literal('task.expired'), ...envelope })

export const taskEvent = z.discriminatedUnion('eventType', [
  taskCreated,
  taskProcessing,
  taskProgress,
  taskCompleted,
  taskRetry,
  taskFailed,
  taskCancelled,
  taskExpired,
])
export type TaskEvent = z.infer<typeof taskEvent>
export type TaskEventOf<T extends TaskEvent['eventType']> = Extract<TaskEvent, { eventType: T }>

/** The fields that a log entry represents in its own way. */
const SAID = {
  eventType: true,
  taskId: true,
  tenant: true,
  timestamp: true,
  epoch: true,
  attempt: true,
  seq: true,
  trace: true,
} as const

const entry = <Type extends z.ZodType, Data extends z.ZodType>(id: string, type: Type, data: Data) =>
  z
    .object({
      seq: z.int().meta({ description: 'Increases within an epoch; may have gaps' }),
      epoch: z.int().meta({ description: 'Starts at 1 and increases with each manual retry' }),
      attempt: z.int().meta({ description: 'The number of the run within the epoch; 0 before the first run' }),
      type,
      at: z.iso.datetime(),
      data,
    })
    .meta({ id })

/** An event in a task's log: `data` has its fields other than type, time and position. */
export const taskLogEntry = z
  .discriminatedUnion('type', [
    entry('TaskCreatedEvent', taskCreated.shape.eventType, taskCreated.omit(SAID)),
    entry('TaskProcessingEvent', taskProcessing.shape.eventType, taskProcessing.omit(SAID)),
    entry('TaskProgressEvent', taskProgress.shape.eventType, taskProgress.omit(SAID)),
    entry('TaskCompletedEvent', taskCompleted.shape.eventType, taskCompleted.omit(SAID)),
    entry('TaskRetryEvent', taskRetry.shape.eventType, taskRetry.omit(SAID)),
    entry('TaskFailedEvent', taskFailed.shape.eventType, taskFailed.omit(SAID)),
    entry('TaskCancelledEvent', taskCancelled.shape.eventType, taskCancelled.omit(SAID)),
    entry('TaskExpiredEvent', taskExpired.shape.eventType, taskExpired.omit(SAID)),
  ])
  .meta({ id: 'TaskEvent', description: 'An event of a task, of the type in `type`' })
export type TaskLogEntry = z.infer<typeof taskLogEntry>

export const taskEventPage = z.object({ items: z.array(taskLogEntry) }).meta({ id: 'TaskEventPage' })
export type TaskEventPage = z.infer<typeof taskEventPage>

/** An event of any task. */
export const anyTaskEvent = z.object({ taskId: z.string(), event: taskLogEntry }).meta({ id: 'AnyTaskEvent' })
export type AnyTaskEvent = z.infer<typeof anyTaskEvent>

/** The latest events of all tasks after a position. */
export const eventPage = z
  .object({
    items: z.array(anyTaskEvent).meta({ description: 'Oldest first' }),
    next: z.string().meta({ description: 'Where to continue: `after` of the next request' }),
    missed: z.boolean().meta({ description: 'There were others, which are no longer known: read the tasks again' }),
  })
  .meta({ id: 'EventPage' })
export type EventPage = z.infer<typeof eventPage>

/**
 * The steps of one run in order. Progress events count up from `progress`; the final steps are far
 * above it.
 */
export const STEP = { processing: 1, progress: 2, retry: 997, completed: 998, failed: 999 } as const
const STEPS_PER_ATTEMPT = 1000

/**
 * Cancellation and expiry end an epoch. Their `seq` is larger than any that a worker can send, so
 * late events of a worker that does not know about them yet are ignored.
 */
export const EPOCH_END = { cancelled: 1_000_000_001, expired: 1_000_000_002 } as const

/** The position of a step in the epoch's history: ordered by run, then by step. */
export function eventSeq(attempt: number, step: number): number {
  return attempt * STEPS_PER_ATTEMPT + step
}

/** The run that a `seq` belongs to. */
export function attemptOfSeq(seq: number): number {
  return Math.floor(seq / STEPS_PER_ATTEMPT)
}
