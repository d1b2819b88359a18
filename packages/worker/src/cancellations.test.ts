import { expect, test } from 'vitest'
import { Cancellations } from './cancellations.ts'

test('the last thousand cancellations are remembered', () => {
  const cancellations = new Cancellations()
  for (let id = 0; id < 1001; id++) cancellations.add(`job-${id}`)
  expect(cancellations.has('job-0')).toBe(false)
  expect(cancellations.has('job-1')).toBe(true)
  expect(cancellations.has('job-1000')).toBe(true)
})
