import { NO_TURNS, type QueueLoad } from '@darkroom/messaging'
import { expect, it } from 'vitest'
import { workOf } from './work.ts'

const load: QueueLoad = {
  workers: 1,
  slots: 2,
  waiting: { premium: 1, interactive: 2, normal: 3, batch: 4 },
  turns: { premium: NO_TURNS, interactive: NO_TURNS, normal: NO_TURNS, batch: NO_TURNS },
  active: 5,
  due: 6,
  isPaused: false,
}
const none = { premium: 0, interactive: 0, normal: 0, batch: 0 }

it('waiting, running and due jobs are work, each as long as the average run', () => {
  expect(workOf(load, 2000)).toEqual({ waiting: 10, active: 5, due: 6, workSeconds: 42 })
})

it('a single running job is work, however short its kind', () => {
  const alone = { ...load, waiting: none, due: 0, active: 1 }
  for (const runMs of [0, 0.2, 1, 70]) expect(workOf(alone, runMs).workSeconds).toBeGreaterThan(0)
})

it('an empty queue has no work', () => {
  expect(workOf({ ...load, waiting: none, due: 0, active: 0 }, 2000).workSeconds).toBe(0)
})

it('only the running jobs of a paused queue are work', () => {
  expect(workOf({ ...load, isPaused: true }, 2000)).toEqual({ waiting: 10, active: 5, due: 6, workSeconds: 10 })
})
