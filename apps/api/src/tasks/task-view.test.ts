import { expect, it } from 'vitest'
import { toLogView } from './task-view.ts'

it('shows an event stored without data by an earlier release with empty data', () => {
  const entry = { seq: 1_000_000_002, epoch: 1, attempt: 1, type: 'task.expired', at: new Date(0) } as const
  expect(toLogView(entry)).toEqual({ ...entry, at: '1970-01-01T00:00:00.000Z', data: {} })
})
