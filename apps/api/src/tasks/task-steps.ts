import { attemptOfSeq, EPOCH_END, eventSeq, type TaskEvent, type TaskEventOf } from '@darkroom/contracts'
import { endsBefore, entryFor, isFinal, lateAt, sourcesOf, UNTOUCHED, type Move, type TaskRecord } from './task.ts'

/**
 * A transition caused by a client or by expiry: what is written, and the event to publish once the
 * write has taken effect.
 */
export interface Step<Event extends TaskEvent> {
  event: Event
  move: Move
}

/** By then, a worker that was told to stop has done so. */
const STOP_CHECK_MS = 5000

/** Cancels the task. Later events of this epoch change nothing. */
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
    // The sweeper must check that its job is gone, in case the queue or the worker is unreachable
    // now.
    nextCheckAt: new Date(now + STOP_CHECK_MS),
  } as const
  return { event, move: { from: sourcesOf('cancelled'), patch, entry: entryFor(event) } }
}

/**
 * Starts a new epoch, initially leased to this process like a new task, with the event of a new
 * task.
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
    // The same time as at first, as the current load of the queue is not known here.
    lateAt: lateAt(new Date(now), task.estimate),
  }
  return { event, move: { from: endsBefore('pending'), patch, entry: entryFor(event) } }
}

/**
 * From now on the files cannot be downloaded; they are removed after a grace period for downloads
 * in progress.
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

/** Whether the task can be restarted. */
export const canRestart = (task: TaskRecord): boolean =>
  isFinal(task.status) && endsBefore('pending').includes(task.status)

const endOfEpoch = ({ id, tenant, epoch, seq }: TaskRecord, now: number) => ({
  taskId: id,
  tenant,
  timestamp: now,
  epoch,
  // After the end of an epoch, `seq` no longer contains the number of the last attempt.
  attempt: seq >= EPOCH_END.cancelled ? 0 : attemptOfSeq(seq),
})
