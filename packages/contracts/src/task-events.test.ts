import { expect, it } from 'vitest'
import { attemptOfSeq, EPOCH_END, eventSeq, STEP, taskEvent, taskLogEntry } from './task-events.ts'

it('steps are ordered by run, and within a run', () => {
  const history = [1, 2].flatMap((attempt) => [
    eventSeq(attempt, STEP.processing),
    eventSeq(attempt, STEP.progress),
    eventSeq(attempt, STEP.progress + 1),
    eventSeq(attempt, STEP.retry),
    eventSeq(attempt, STEP.completed),
    eventSeq(attempt, STEP.failed),
  ])
  expect(history).toEqual([...new Set(history)].toSorted((a, b) => a - b))
  expect(history.map(attemptOfSeq)).toEqual([1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2])
})

it('the end of an epoch comes after all events of its workers', () => {
  expect(EPOCH_END.cancelled).toBeGreaterThan(eventSeq(999_999, STEP.failed))
  expect(EPOCH_END.expired).toBeGreaterThan(EPOCH_END.cancelled)
})

it('every event has a log entry', () => {
  const types = taskEvent.options.map(({ shape }) => shape.eventType.value)
  expect(taskLogEntry.options.map(({ shape }) => shape.type.value)).toEqual(types)
})
