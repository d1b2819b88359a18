import { TASK_STATUSES, type TaskEvent } from '@darkroom/contracts'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { anyHistory, shuffledWithDuplicates } from '../../test/any-history.ts'
import { historyOf, newRecord } from '../../test/task-history.ts'
import { reduce, taken } from '../../test/reduce-task.ts'
import { cancellation, canRestart, expiry, restart } from './task-steps.ts'
import { canMove, UNTOUCHED, type TaskRecord } from './task.ts'

const NOW = Date.UTC(2026, 4, 2)
const keep = { graceMs: 1000, recordMs: 5000 }
const TASK_ID = '65d4'.repeat(6)
const record = (given: Partial<TaskRecord> = {}) => newRecord({ id: TASK_ID, ...given })

it('every step follows the life cycle', () => {
  for (const status of TASK_STATUSES) {
    const task = record({ status })
    expect(cancellation(task, NOW).move.from.includes(status)).toBe(canMove(status, 'cancelled'))
    expect(expiry(task, NOW, keep).move.from.includes(status)).toBe(canMove(status, 'expired'))
    expect(canRestart(task)).toBe(['completed', 'failed', 'cancelled'].includes(status))
    expect(restart(task, NOW, 1000).move.from.includes(status)).toBe(canRestart(task))
  }
})

it('a cancelled task has an end, and is checked until its job is gone', () => {
  const { event, move } = cancellation(
    record({ status: 'processing', seq: 2001, attempts: { made: 1, max: 3, nextAt: null } }),
    NOW,
  )
  expect(event).toMatchObject({
    eventType: 'task.cancelled',
    taskId: TASK_ID,
    epoch: 1,
    attempt: 2,
    attempts: 1,
    timestamp: NOW,
  })
  expect(move.patch).toMatchObject({ status: 'cancelled', finishedAt: new Date(NOW), 'attempts.nextAt': null })
  expect(move.patch.nextCheckAt?.getTime()).toBeGreaterThan(NOW)
  expect(move.entry).toMatchObject({ type: 'task.cancelled', data: { attempts: 1 } })
})

it('an expired task keeps its files for the grace period and its record for longer', () => {
  const { event, move } = expiry(record({ status: 'completed', seq: 1998 }), NOW, keep)
  expect(event).toMatchObject({ eventType: 'task.expired', attempt: 1 })
  expect(move.patch).toMatchObject({ status: 'expired', purgeAt: new Date(NOW + 1000), removeAt: new Date(NOW + 5000) })
})

it('a restarted task is like a new one, except for its epoch', () => {
  fc.assert(
    fc.property(anyHistory(), (runs) => {
      const ended = cancelled(historyOf({ id: TASK_ID }, runs).reduce(reduce, record()))
      const anew = taken(ended, restart(ended, NOW, 1000).move)
      expect(anew).toMatchObject({
        ...UNTOUCHED,
        epoch: 2,
        rev: ended.rev + 1,
        restartedAt: new Date(NOW),
        files: [],
        result: {},
        dispatch: { state: 'due' },
      })
      expect(anew.attempts).toEqual({ made: 0, max: 3, nextAt: null })
      expect(anew.nextCheckAt).toEqual(new Date(NOW + 1000))
    }),
  )
})

it('a cancelled task stays cancelled, whatever events follow', () => {
  fc.assert(
    fc.property(lateNews(), ({ before, late }) => {
      const start = before.reduce(reduce, record())
      fc.pre(canMove(start.status, 'cancelled'))
      const task = cancelled(start)
      expect(late.reduce(reduce, task)).toBe(task)
    }),
  )
})

it('a new epoch is not affected by events of the old one', () => {
  fc.assert(
    fc.property(lateNews(), anyHistory(), ({ before, late }, runs) => {
      const ended = cancelled(before.reduce(reduce, record()))
      const anew = taken(ended, restart(ended, NOW, 1000).move)
      const news = historyOf({ id: TASK_ID, epoch: 2 }, runs)
      const mixed = news.flatMap((event, index) => [event, ...(late[index] ? [late[index]] : [])])
      expect(mixed.reduce(reduce, anew)).toEqual(news.reduce(reduce, anew))
    }),
  )
})

/** Some events of workers about a task, and then all of them again, late and repeated. */
function lateNews(): fc.Arbitrary<{ before: TaskEvent[]; late: TaskEvent[] }> {
  return anyHistory().chain((runs) => {
    const events = historyOf({ id: TASK_ID }, runs)
    return fc.record({
      before: fc.nat(events.length).map((count) => events.slice(0, count)),
      late: shuffledWithDuplicates(events),
    })
  })
}

/** The task after a cancellation, or unchanged if it has already ended. */
function cancelled(task: TaskRecord): TaskRecord {
  const { move, event } = cancellation(task, NOW)
  return move.from.includes(task.status) ? taken(task, { ...move, patch: { ...move.patch, seq: event.seq } }) : task
}
