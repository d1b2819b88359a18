import { expect, it } from 'vitest'
import { imageOptimize, type KeepPolicy } from '@darkroom/contracts'
import { KeptJobs } from './kept-jobs.ts'

const HOUR_MS = 3_600_000

function keep(policy: KeepPolicy) {
  const forgotten: string[] = []
  const clock = { now: 0 }
  const jobs = new KeptJobs(
    { forget: async (ids) => forgotten.push(...ids), forgetOldest: async () => 0 },
    policy,
    () => clock.now,
  )
  return { jobs, forgotten, clock }
}

it('applied jobs are kept for an hour, at most 5000 and 500 failed ones [S0.8, S1.3, S2.3]', () => {
  expect(imageOptimize.policy).toMatchObject({
    keepCompleted: { count: 5000, ageMs: HOUR_MS },
    keepFailed: { count: 500, ageMs: Number.POSITIVE_INFINITY },
  })
})

it('removes the oldest if there are too many', async () => {
  const { jobs, forgotten } = keep({ count: 3, ageMs: HOUR_MS })
  await jobs.applied(['a', 'b', 'c'])
  expect(forgotten).toEqual([])
  await jobs.applied(['d', 'e'])
  await jobs.applied([])
  expect(forgotten).toEqual(['a', 'b'])
})

it('removes jobs that are too old', async () => {
  const { jobs, forgotten, clock } = keep({ count: 3, ageMs: HOUR_MS })
  await jobs.applied(['a'])
  clock.now = 1
  await jobs.applied(['b'])
  clock.now = HOUR_MS
  await jobs.applied(['c'])
  expect(forgotten).toEqual(['a'])
  clock.now = 2 * HOUR_MS
  await jobs.applied([])
  expect(forgotten).toEqual(['a', 'b', 'c'])
})
