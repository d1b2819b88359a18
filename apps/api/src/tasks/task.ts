import {
  attemptOfSeq,
  outcomeOf,
  type FetchedSource,
  type TaskError,
  type TaskEstimate,
  type TaskEvent,
  type TaskStatus,
} from '@darkroom/contracts'
import type { LogEntry, TaskRecord } from './task-record.ts'

export type { LogEntry, TaskRecord } from './task-record.ts'

/**
 * What a move writes in addition to the status. Complete, so that the last event alone determines
 * the document, whatever came before it.
 */
export type TaskPatch = Pick<
  TaskRecord,
  | 'status'
  | 'progress'
  | 'error'
  | 'processingTimeMs'
  | 'waitMs'
  | 'workerId'
  | 'startedAt'
  | 'finishedAt'
  | 'files'
  | 'result'
  | 'nextCheckAt'
> & { 'attempts.made': number; 'attempts.nextAt': Date | null; 'dispatch.state': 'sent' } & Partial<SourcePatch>

/** What is added to the source of a task whose original was downloaded. */
type SourcePatch = { [Field in keyof FetchedSource as `source.${Field}`]: FetchedSource[Field] }

/** What actions of clients, and expiry, write in addition. */
export type StepPatch = TaskPatch &
  Pick<
    TaskRecord,
    | 'epoch'
    | 'seq'
    | 'dispatch'
    | 'restartedAt'
    | 'expiresAt'
    | 'purgeAt'
    | 'purgedAt'
    | 'removeAt'
    | 'lateAt'
    | 'trace'
    | 'readingsDueAt'
    | 'notifyEpoch'
  >

/** A legal transition of a task: from which statuses it may start, and what it writes. */
export interface Move {
  from: readonly TaskStatus[]
  patch: Partial<StepPatch>
  entry: LogEntry
  /**
   * An earlier event that is written together with this one. Both are refused if the earlier one
   * was already written.
   */
  before?: LogEntry | undefined
}

const MOVES: Record<TaskStatus, readonly TaskStatus[]> = {
  // A retry within the epoch comes from processing; a new epoch from any final status.
  pending: ['processing', 'pending', 'completed', 'failed', 'cancelled'],
  // From processing: its worker died, and another one took over.
  processing: ['pending', 'processing'],
  // From pending: the start was lost or arrived late.
  completed: ['pending', 'processing'],
  failed: ['pending', 'processing'],
  cancelled: ['pending', 'processing'],
  expired: ['completed', 'failed', 'cancelled'],
}

/** No event of an old worker can leave these. */
export const FINAL_STATUSES: readonly TaskStatus[] = ['completed', 'failed', 'cancelled', 'expired']

export const isFinal = (status: TaskStatus): boolean => FINAL_STATUSES.includes(status)

/** The final statuses from which an action of a client, or expiry, may lead to `to`. */
export const endsBefore = (to: TaskStatus): readonly TaskStatus[] => MOVES[to].filter(isFinal)

/** The statuses from which an event of the same epoch may lead to `to`; never final ones. */
export const sourcesOf = (to: TaskStatus): readonly TaskStatus[] => MOVES[to].filter((from) => !isFinal(from))

export const canMove = (from: TaskStatus, to: TaskStatus): boolean => MOVES[to].includes(from)

/** A running task is checked this long after its last event. */
const RUNNING_CHECK_MS = 10_000
const RETRY_GRACE_MS = 5_000

/**
 * The move that an event causes; undefined for events that cause none. `now` is in ms, by this
 * process's clock. `before` is an earlier event, not written yet, that is logged with it.
 */
export function moveFor(event: TaskEvent, now: number, before?: TaskEvent): (Move & { patch: TaskPatch }) | undefined {
  const patch = patchFor(event, now)
  return (
    patch && {
      from: sourcesOf(patch.status),
      patch,
      entry: entryFor(event),
      ...(before && { before: entryFor(before) }),
    }
  )
}

function patchFor(event: TaskEvent, now: number): TaskPatch | undefined {
  switch (event.eventType) {
    // Written by the API itself: no worker creates, cancels or expires a task.
    case 'task.created':
    case 'task.cancelled':
    case 'task.expired':
      return undefined
    case 'task.processing':
      return running(event, now, { stage: 'started', percent: 0 })
    case 'task.progress':
      return running(event, now, { stage: event.stage, percent: event.percent })
    case 'task.completed':
      return {
        ...ended(event, 'completed'),
        ...outcomeOf(event),
        ...(event.source && sourcePatch(event.source)),
        progress: { stage: 'done', percent: 100 },
        processingTimeMs: event.processingTime,
      }
    case 'task.retry':
      return {
        ...base(event),
        status: 'pending',
        progress: { stage: 'waiting for the next attempt', percent: 0 },
        error: faultOf(event),
        'attempts.nextAt': new Date(event.nextAt),
        nextCheckAt: new Date(now + Math.max(0, event.nextAt - event.timestamp) + RETRY_GRACE_MS),
      }
    case 'task.failed':
      return { ...ended(event, 'failed'), error: { ...faultOf(event), retryable: false } }
    default:
      return event satisfies never
  }
}

const sourcePatch = (source: FetchedSource): SourcePatch =>
  Object.fromEntries(Object.entries(source).map(([field, value]) => [`source.${field}`, value])) as SourcePatch

type Run = TaskEvent & { startedAt: number | null; waitMs: number | null; workerId: string | null; attempts: number }

const running = (event: Run, now: number, progress: TaskRecord['progress']): TaskPatch => ({
  ...base(event),
  status: 'processing',
  progress,
  nextCheckAt: new Date(now + RUNNING_CHECK_MS),
})

const ended = (event: Run, status: TaskStatus): TaskPatch => ({
  ...base(event),
  status,
  progress: { stage: status, percent: 0 },
  nextCheckAt: null,
  finishedAt: new Date(event.timestamp),
})

const base = (event: Run): Omit<TaskPatch, 'status' | 'progress' | 'nextCheckAt'> => ({
  error: null,
  files: [],
  result: {},
  'attempts.made': event.attempts,
  'attempts.nextAt': null,
  'dispatch.state': 'sent', // a job that runs was on the queue, even if its dispatcher never recorded that
  processingTimeMs: null,
  waitMs: event.waitMs,
  workerId: event.workerId,
  startedAt: event.startedAt === null ? null : new Date(event.startedAt),
  finishedAt: null,
})

const faultOf = (event: { code: string; error: string; retryable: boolean }): TaskError => ({
  code: event.code,
  message: event.error,
  retryable: event.retryable,
})

/** An event as it is stored in the task's log. */
export function entryFor(event: TaskEvent): LogEntry {
  const { taskId: _taskId, tenant: _tenant, trace: _trace, timestamp, eventType, epoch, attempt, seq, ...data } = event
  return { seq, epoch, attempt, type: eventType, at: new Date(timestamp), data }
}

/** When the task's current epoch started to wait for a worker. */
export const queuedAt = (task: TaskRecord): Date => task.restartedAt ?? task.createdAt

/** What a recreated job must know of the lost one, so that its numbers continue from there. */
export function previousRuns(task: TaskRecord): { runs: number; attempts: number } | undefined {
  const runs = attemptOfSeq(task.seq)
  return runs > 0 || task.attempts.made > 0 ? { runs, attempts: task.attempts.made } : undefined
}

/**
 * Far beyond the estimate; a short task also gets the time that sweeps and lost workers may take.
 */
export const lateAt = (from: Date, expected?: TaskEstimate): Date =>
  new Date(from.getTime() + LATE_FACTOR * Math.max(expected?.p90Ms ?? 0, LEAST_EXPECTED_MS))
const LATE_FACTOR = 3
const LEAST_EXPECTED_MS = 30_000

/** The task as it was when it was accepted, which is the response to a repeated request. */
export const asAccepted = (task: TaskRecord): TaskRecord => ({
  ...task,
  ...UNTOUCHED,
  files: [],
  result: {},
  attempts: { ...task.attempts, made: 0, nextAt: null },
  updatedAt: task.createdAt,
})

/** The variable part of a new task. */
export const UNTOUCHED = {
  status: 'pending',
  progress: { stage: 'waiting', percent: 0 },
  error: null,
  processingTimeMs: null,
  waitMs: null,
  workerId: null,
  startedAt: null,
  finishedAt: null,
  restartedAt: null,
  expiresAt: null,
  purgeAt: null,
  purgedAt: null,
  removeAt: null,
  epoch: 1,
  seq: 0,
  rev: 0,
} as const satisfies Partial<Record<keyof TaskRecord, unknown>>
