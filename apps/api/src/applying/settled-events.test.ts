import type { TaskEvent } from '@darkroom/contracts'
import { expect, it } from 'vitest'
import { SettledEvents } from './settled-events.ts'

const event = (seq: number, epoch = 1) => ({ taskId: 'a', epoch, seq }) as TaskEvent

it('applies an event once, and no earlier one afterwards', async () => {
  const settled = new SettledEvents()
  const applied: number[] = []
  const apply = (seq: number, epoch = 1) =>
    settled.once(event(seq, epoch), async () => void applied.push(epoch * 10_000 + seq))
  await Promise.all([apply(1001), apply(1001)])
  await apply(1998)
  await apply(1001)
  await apply(1998)
  await apply(1001, 2)
  expect(applied).toEqual([11_001, 11_998, 21_001])
})

it('reports a failure to every caller, and tries again the next time', async () => {
  const settled = new SettledEvents()
  const fail = () => Promise.reject(new Error('store away'))
  const outcomes = await Promise.allSettled([settled.once(event(5), fail), settled.once(event(5), fail)])
  expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected'])
  expect(await settled.once(event(5), () => Promise.resolve('applied'))).toBe('applied')
})
