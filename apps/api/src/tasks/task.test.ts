import { eventSeq, TASK_STATUSES, type TaskEvent, type TaskStatus } from '@darkroom/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createdOf, historyOf, newRecord, type Run } from '../../test/task-history.ts'
import { reduce } from '../../test/reduce-task.ts'
import { anyHistory, shuffledWithDuplicates } from '../../test/any-history.ts'
import { cancellation, expiry } from './task-steps.ts'
import { canMove, FINAL_STATUSES, isFinal, moveFor, previousRuns, sourcesOf, type TaskRecord } from './task.ts'

const NOW = Date.UTC(2026, 4, 2)

const legal: Record<TaskStatus, readonly TaskStatus[]> = {
  pending: ['pending', 'processing', 'completed', 'failed', 'cancelled'],
  processing: ['pending', 'processing', 'completed', 'failed', 'cancelled'],
  completed: ['pending', 'expired'],
  failed: ['pending', 'expired'],
  cancelled: ['pending', 'expired'],
  expired: [],
}
const pairs = TASK_STATUSES.flatMap((from) => TASK_STATUSES.map((to) => ({ from, to, may: legal[from].includes(to) })))

describe('the life cycle', () => {
  it.each(pairs)('from $from to $to: $may', ({ from, to, may }) => {
    expect(canMove(from, to)).toBe(may)
  })

  it('four statuses are final: no event of the same epoch leaves them', () => {
    expect(TASK_STATUSES.filter(isFinal)).toEqual(['completed', 'failed', 'cancelled', 'expired'])
    for (const to of TASK_STATUSES) for (const from of FINAL_STATUSES) expect(sourcesOf(to)).not.toContain(from)
  })

  it('an event only causes valid transitions', () => {
    for (const to of TASK_STATUSES) for (const from of sourcesOf(to)) expect(canMove(from, to)).toBe(true)
  })
})

describe('what an event writes', () => {
  const task = { id: '65d4'.repeat(6) }
  const [processing, progress, retry] = historyOf(task, [{ progress: 1, end: 'retry' }]) as [
    TaskEvent,
    TaskEvent,
    TaskEvent,
  ]
  const completed = historyOf(task, [{ progress: 0, end: 'completed' }]).at(-1) as TaskEvent
  const failed = historyOf(task, [{ progress: 0, end: 'failed' }]).at(-1) as TaskEvent
  const patchOf = (event: TaskEvent) => moveFor(event, NOW)?.patch

  it('events of the API itself change nothing when they are received again', () => {
    expect(moveFor(createdOf(task), NOW)).toBeUndefined()
    expect(moveFor(cancellation(newRecord(task), NOW).event, NOW)).toBeUndefined()
    expect(moveFor(expiry(newRecord(task), NOW, { graceMs: 0, recordMs: 0 }).event, NOW)).toBeUndefined()
  })

  it('task.processing sets the worker, the start and the next check', () => {
    expect(patchOf(processing)).toMatchObject({
      status: 'processing',
      workerId: 'worker-1',
      startedAt: new Date((processing as { startedAt: number }).startedAt),
      waitMs: 10_000,
      finishedAt: null,
      error: null,
      files: [],
      result: {},
      'attempts.made': 0,
    })
    expect(patchOf(processing)?.nextCheckAt?.getTime()).toBeGreaterThan(NOW)
  })

  it('task.progress sets the progress and postpones the check', () => {
    expect(patchOf(progress)).toMatchObject({ status: 'processing', progress: { stage: 'encode', percent: 10 } })
    expect(patchOf(progress)?.nextCheckAt?.getTime()).toBeGreaterThan(NOW)
  })

  it('task.retry makes it wait, keeps the reason, and sets the check after the next attempt', () => {
    const nextAt = new Date((retry as { nextAt: number }).nextAt)
    expect(patchOf(retry)).toMatchObject({
      status: 'pending',
      error: { code: 'STORAGE_FULL', message: 'The disk is full', retryable: true },
      'attempts.made': 1,
      'attempts.nextAt': nextAt,
      finishedAt: null,
    })
    expect(patchOf(retry)?.nextCheckAt?.getTime()).toBeGreaterThan(NOW + 2000)
  })

  it('task.completed sets the files and the end, clears the error, and ends the checks', () => {
    expect(patchOf(completed)).toMatchObject({
      status: 'completed',
      progress: { percent: 100 },
      error: null,
      processingTimeMs: 70,
      finishedAt: new Date(completed.timestamp),
      nextCheckAt: null,
      'attempts.nextAt': null,
    })
    expect(patchOf(completed)?.files).toHaveLength(2)
  })

  it('task.failed sets the reason and the end, without files or a further attempt', () => {
    expect(patchOf(failed)).toMatchObject({
      status: 'failed',
      error: { code: 'STORAGE_FULL', retryable: false },
      files: [],
      result: {},
      finishedAt: new Date(failed.timestamp),
      nextCheckAt: null,
      'attempts.nextAt': null,
    })
  })

  it('all events write the same fields, so that the last one determines the task', () => {
    const fields = [processing, progress, retry, completed, failed].map((event) =>
      Object.keys(patchOf(event) ?? {}).toSorted(),
    )
    for (const names of fields) expect(names).toEqual(fields[0])
  })

  it('the log entry contains the event once', () => {
    expect(moveFor(completed, NOW)?.entry).toMatchObject({
      type: 'task.completed',
      epoch: 1,
      attempt: 1,
      seq: eventSeq(1, 998),
    })
    expect(moveFor(completed, NOW)?.entry.data).not.toHaveProperty('taskId')
  })
})

describe('any order of events', () => {
  it('never causes an invalid transition, and never leaves a final status [S2.5]', () => {
    const anyEvents = fc.array(anyEvent(), { maxLength: 30 })
    fc.assert(
      fc.property(fc.constantFrom(...TASK_STATUSES), anyEvents, (status, events) => {
        let task = newRecord({ status, id: TASK_ID })
        for (const event of events) {
          const next = reduce(task, event)
          if (next === task) continue
          expect(canMove(task.status, next.status)).toBe(true)
          expect(isFinal(task.status)).toBe(false)
          expect(next.seq).toBeGreaterThan(task.seq)
          task = next
        }
      }),
    )
  })

  it('a shuffled and repeated history leads to the same result', () => {
    const stories = anyHistory().chain((runs) => {
      const events = historyOf({ id: TASK_ID }, runs)
      return fc.record({ events: fc.constant(events), heard: shuffledWithDuplicates(events) })
    })
    fc.assert(
      fc.property(stories, ({ events, heard }) => {
        const start = newRecord({ id: TASK_ID })
        expect(contentOf(heard.reduce(reduce, start))).toEqual(contentOf(events.reduce(reduce, start)))
      }),
      { numRuns: 1000 },
    )
  })

  it('an event of another epoch changes nothing', () => {
    fc.assert(
      fc.property(anyEvent(), fc.integer({ min: 2, max: 5 }), (event, epoch) => {
        const task = newRecord({ id: TASK_ID, epoch })
        expect(reduce(task, event)).toBe(task)
      }),
    )
  })
})

it('a recreated job has the runs and attempts of the lost one', () => {
  const events = historyOf({ id: TASK_ID }, [
    { progress: 0, end: 'retry' },
    { progress: 2, end: 'lost' },
  ])
  const start = newRecord({ id: TASK_ID })
  expect(previousRuns(start)).toBeUndefined()
  expect(previousRuns(events.reduce(reduce, start))).toEqual({ runs: 2, attempts: 1 })
})

const TASK_ID = '65d4'.repeat(6)

/** The result without the traces of how it was reached. */
function contentOf(task: TaskRecord): object {
  const { rev: _rev, log: _log, updatedAt: _updatedAt, ...content } = task
  return content
}

/** One event of any kind from anywhere in some history, applicable or not. */
function anyEvent(): fc.Arbitrary<TaskEvent> {
  const ends: Run['end'][] = ['retry', 'lost', 'completed', 'failed', 'running']
  const run = fc.record({ progress: fc.nat(3), end: fc.constantFrom(...ends) })
  return fc
    .array(run, { minLength: 1, maxLength: 4 })
    .chain((runs) => fc.constantFrom(createdOf({ id: TASK_ID }), ...historyOf({ id: TASK_ID }, runs)))
}
