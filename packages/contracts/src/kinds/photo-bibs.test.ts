import { expect, it } from 'vitest'
import { albumSlug, photoBibs } from './photo-bibs.ts'

it('has the documented queue, attempts and retention [S2.2, S2.3, S2.4]', () => {
  const { queue, job, policy } = photoBibs
  expect({ queue, job }).toEqual({ queue: 'photo-processing', job: 'process-photo' })
  expect(policy).toMatchObject({ attempts: 3, backoffMs: 2000, deadlineMs: 60_000 })
  expect([policy.keepCompleted.count, policy.keepFailed.count]).toEqual([100, 500])
})

it.each(['valencia-2026', 'a', '10k', 'a'.repeat(80)])('%s names an album', (name) => {
  expect(albumSlug.parse(name)).toBe(name)
})

it.each(['', '-', '-a', 'Valencia', 'a b', 'a/b', '../a', 'a'.repeat(81), 'ñ'])('%j names none', (name) => {
  expect(albumSlug.safeParse(name).success).toBe(false)
})
