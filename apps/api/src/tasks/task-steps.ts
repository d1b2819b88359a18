import { attemptOfSeq, EPOCH_END, eventSeq, type TaskEvent, type TaskEventOf } from '@darkroom/contracts'
import { endsBefore, entryFor, isFinal, lateAt, sourcesOf, UNTOUCHED, type Move, type TaskRecord } from './task.ts'

/**
 * A step that a person or time takes with a task: what is written, and what is said when the write
 * took effect.
 */
export interface Step<Event extends TaskEvent> {
  event: Event
  move: Move
}

/** A worker that was told to give up has done so by then. */
const STOP_CHECK_MS = 5000

/** Gives the task up. What a worker still says about this epoch changes nothing any more. */
export function cancellation(task: TaskRecord, now: number): Step<TaskEventOf<'task.cancelled'>> {
  const event = {
    eventType: 'task.cancelled',
    ...endOfEpoch(task, now),
    seq: EPOCH_END.cancelled,
    attempts: task.attempts.made,
  } as const
  const patch = {
    status: 'cancelled',
    progress: { stage: 'cancelled', percent: 0 },
    error: null,
    'attempts.nextAt': null,
    finishedAt: new Date(now),
    // Somebody has to see that its job is gone, should the queue or the worker not be reachable
    // now.
    nextCheckAt: new Date(now + STOP_CHECK_MS),
  } as const
  return { event, move: { from: sourcesOf('cancelled'), patch, entry: entryFor(event) } }
}

/**
 * Begins a new epoch, born leased to this process as a new task is. It speaks of itself as a new
 * task does.
 */
export function restart(task: TaskRecord, now: number, leaseMs: number): Step<TaskEventOf<'task.created'>> {
  const { kind, priority, name } = task
  const epoch = task.epoch + 1
  const event = {
    eventType: 'task.created',
    ...endOfEpoch(task, now),
    epoch,
    attempt: 0,
    seq: eventSeq(0, 0),
    kind,
    priority,
    name,
  } as const
  const { rev: _rev, ...untouched } = UNTOUCHED
  const patch: Move['patch'] = {
    ...untouched,
    epoch,
    files: [],
    result: {},
    'attempts.made': 0,
    'attempts.nextAt': null,
    dispatch: { state: 'due' },
    nextCheckAt: new Date(now + leaseMs),
    restartedAt: new Date(now),
    // As long as at first: nobody has asked how full the queue is now.
    lateAt: lateAt(new Date(now), task.estimate),
  }
  return { event, move: { from: endsBefore('pending'), patch, entry: entryFor(event) } }
}

/**
 * From now on the files cannot be had; they are removed when whoever is reading them has had time
 * to end.
 */
export function expiry(
  task: TaskRecord,
  now: number,
  keep: { graceMs: number; recordMs: number },
): Step<TaskEventOf<'task.expired'>> {
  const event = { eventType: 'task.expired', ...endOfEpoch(task, now), seq: EPOCH_END.expired } as const
  const patch = {
    status: 'expired',
    nextCheckAt: null,
    purgeAt: new Date(now + keep.graceMs),
    removeAt: new Date(now + keep.recordMs),
  } as const
  return { event, move: { from: endsBefore('expired'), patch, entry: entryFor(event) } }
}

/** Whether a person may have the task done again. */
export const canRestart = (task: TaskRecord): boolean =>
  isFinal(task.status) && endsBefore('pending').includes(task.status)

const endOfEpoch = ({ id, tenant, epoch, seq }: TaskRecord, now: number) => ({
  taskId: id,
  tenant,
  timestamp: now,
  epoch,
  // Behind the end of an epoch the number of its last attempt is no longer to be had from it.
  attempt: seq >= EPOCH_END.cancelled ? 0 : attemptOfSeq(seq),
})
