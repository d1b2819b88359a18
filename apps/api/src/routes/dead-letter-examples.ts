import type { DeadLetterGroups, ReplayReport } from '@darkroom/contracts'
import { FAILED_TASK_ID } from '../http/openapi/example-ids.ts'

export const deadLetterGroupsExample: DeadLetterGroups = {
  items: [
    { code: 'IMAGE_CORRUPT', count: 12, lastFailedAt: '2026-05-04T09:28:48.180Z' },
    { code: 'STORAGE_FULL', count: 2, lastFailedAt: '2026-05-02T17:03:11.904Z' },
  ],
  isExact: true,
}

export const replayedExample: ReplayReport = {
  dryRun: false,
  matched: 1,
  matchedIsExact: true,
  replayed: 1,
  items: [{ id: FAILED_TASK_ID, outcome: 'replayed' }],
}
