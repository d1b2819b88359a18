import { expect, it } from 'vitest'
import { chooseFrom } from './delivery-dispatcher.ts'

const due = (count: number, lane: string, stream = (index: number) => `${lane}${index}`) =>
  Array.from({ length: count }, (_, index) => ({ id: `${lane}-${index}`, lane, stream: stream(index) }))

it('a lane has no more than eight deliveries in progress, and delays no other', () => {
  const chosen = chooseFrom([...due(50, 'slow'), ...due(3, 'quick')], new Map([['slow', 6]]))
  expect(chosen).toEqual(['slow-0', 'slow-1', 'quick-0', 'quick-1', 'quick-2'])
})

it('of each stream only the first is chosen', () => {
  expect(
    chooseFrom(
      due(5, 'a', () => 'one'),
      new Map(),
    ),
  ).toEqual(['a-0'])
})
