import { z } from 'zod'
import { toldOutcome } from './kinds/define-kind.ts'
import { taskKind, taskPriority } from './tasks.ts'

export const TASK_EVENTS_CHANNEL = 'task-events'

/**
 * Every event says where it stands in its task's history: `epoch` (restarts by a person), `attempt`
 * (runs of the job within the epoch, lost workers included) and `seq`, which grows strictly within
 * an epoch. A receiver that keeps the largest `seq` it has seen can drop duplicates and latecomers.
 */
const envelope = {
  taskId: z.string(),
  tenant: z.string(),
  timestamp: z.number(),
  epoch: z.number().int(),
  attempt: z.number().int(),
  seq: z.number().int(),
}
/**
 * `attempts` counts those that ended: a run that is still going on, or was lost with its worker, is
 * not among them.
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
  /** Of the last run; null when no worker ever started it. */
  startedAt: z.number().nullable(),
  waitMs: z.number().nullable(),
  workerId: z.string().nullable(),
})

/** A person gave the task up. `attempts` as above; the run that was going on is not among them. */
export const taskCancelled = z.object({ eventType: z.literal('task.cancelled'), ...envelope, attempts })
/** The task's files have reached their age: from now on they cannot be had any more. */
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

/** What an entry of a log says in its own way. */
const SAID = {
  eventType: true,
  taskId: true,
  tenant: true,
  timestamp: true,
  epoch: true,
  attempt: true,
  seq: true,
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

/**
 * An event as a task's log shows it: `data` is what the event says besides its type, its time and
 * its place.
 */
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

/**
 * Steps of one attempt in their order. Progress counts up from `progress`; the ends are far above
 * it.
 */
export const STEP = { processing: 1, progress: 2, retry: 997, completed: 998, failed: 999 } as const
const STEPS_PER_ATTEMPT = 1000

/**
 * What people and time do to a task ends its epoch. It stands behind everything that any worker may
 * still say, so that whoever keeps the largest `seq` drops the late words of a worker that had not
 * heard of it.
 */
export const EPOCH_END = { cancelled: 1_000_000_001, expired: 1_000_000_002 } as const

/** The place of a step in the epoch's history: attempts first, steps within them. */
export function eventSeq(attempt: number, step: number): number {
  return attempt * STEPS_PER_ATTEMPT + step
}

/** The attempt that a `seq` belongs to. */
export function attemptOfSeq(seq: number): number {
  return Math.floor(seq / STEPS_PER_ATTEMPT)
}
