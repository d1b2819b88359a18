import { expect, it } from 'vitest'
import { recheckMs } from './recheck-ms.ts'

it('a task is checked after half its age, within 10 and 60 seconds', () => {
  const ages = [0, 30_000, 50_000, 90_000, 3_600_000].map((ageMs) => recheckMs({ ageMs, backlog: 0 }))
  expect(ages).toEqual([10_000, 10_000, 20_000, 40_000, 60_000])
})

it('a backlog of any length needs a few hundred checks per second', () => {
  for (const backlog of [20_000, 50_000, 100_000]) {
    expect(backlog / (recheckMs({ ageMs: 3_600_000, backlog }) / 1000)).toBeLessThanOrEqual(200)
  }
  expect(recheckMs({ ageMs: 0, backlog: 1_000_000 })).toBe(600_000)
})
