import type { StatusCounts } from '@darkroom/contracts'
import { expect, it } from 'vitest'
import { toSummary } from './get-batch.ts'

const none: StatusCounts = { pending: 0, processing: 0, completed: 0, failed: 0, cancelled: 0, expired: 0 }
const batch = { id: 'a', tenant: 'default', createdAt: new Date(0), total: 4, completedAt: null, nextCheckAt: null }

const at = (counts: Partial<StatusCounts>, openPercent: number, total: number | null = 4) => {
  const summary = toSummary({ ...batch, total }, { counts: { ...none, ...counts }, openPercent })
  return summary && [summary.status, summary.total, summary.percent]
}

it('counts the progress of each task, and one that has ended as done, however it ended', () => {
  expect(at({ pending: 4 }, 0)).toEqual(['processing', 4, 0])
  expect(at({ pending: 1, processing: 1, completed: 1, failed: 1 }, 50)).toEqual(['processing', 4, 62])
  expect(at({ processing: 1, completed: 2, cancelled: 1 }, 99)).toEqual(['processing', 4, 99])
  expect(at({ completed: 1, failed: 1, cancelled: 1, expired: 1 }, 0)).toEqual(['completed', 4, 100])
})

it('is not complete before all tasks are created, and does not outlive the last of them', () => {
  expect(at({ completed: 2 }, 0, null)).toEqual(['processing', 2, 100])
  expect(at({}, 0, null)).toEqual(['processing', 0, 100])
  expect(at({}, 0)).toBeUndefined()
})
