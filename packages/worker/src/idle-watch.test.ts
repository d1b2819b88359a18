import { expect, test } from 'vitest'
import { createIdleDetector } from './idle-watch.ts'

const neglected = { waiting: 3, active: 0, isPaused: false }
const limitMs = 30_000

/** Checks every 10 s, like the worker. */
function looks(readings: Parameters<ReturnType<typeof createIdleDetector>['isStuck']>[0][]): boolean[] {
  const detector = createIdleDetector(limitMs)
  return readings.map((reading, index) => detector.isStuck(reading, index * 10_000))
}

test('a worker is stuck when jobs have waited untouched for the whole limit', () => {
  expect(looks([neglected, neglected, neglected, neglected])).toEqual([false, false, false, true])
})

test.each([
  ['a job is running', { ...neglected, active: 1 }],
  ['no job is waiting', { ...neglected, waiting: 0 }],
  ['the queue is paused', { ...neglected, isPaused: true }],
  ['Redis is unreachable', undefined],
])('it is not stuck when %s in between', (_why, reading) => {
  expect(looks([neglected, neglected, reading, neglected, neglected])).toEqual([false, false, false, false, false])
})

test('a started job resets the limit', () => {
  const detector = createIdleDetector(limitMs)
  detector.isStuck(neglected, 0)
  detector.jobStarted()
  expect(detector.isStuck(neglected, limitMs)).toBe(false)
})
