import { expect, it } from 'vitest'
import { compareEventIds } from './queue-event-stream.ts'

it('compares stream ids as numbers', () => {
  const ids = ['10-0', '1-10', '9-1', '1-2', '1-9']
  expect(ids.toSorted(compareEventIds)).toEqual(['1-2', '1-9', '1-10', '9-1', '10-0'])
})
