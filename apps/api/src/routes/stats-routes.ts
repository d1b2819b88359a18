import { stats, TASK_KINDS, type Stats } from '@darkroom/contracts'
import { json } from '../http/openapi/operation.ts'
import { routesOf } from '../http/routes.ts'
import { tenantOf } from '../http/tenant-of.ts'
import type { Send } from '../send.ts'
import { GetStats } from '../stats/get-stats.ts'

const byStatus = { pending: 14, processing: 4, completed: 18_204, failed: 14, cancelled: 9, expired: 2631 }
const none = { pending: 0, processing: 0, completed: 0, failed: 0, cancelled: 0, expired: 0 }
const noneOfAnyKind = Object.fromEntries(TASK_KINDS.map((kind) => [kind, none])) as Stats['tasks']['byKind']
const example: Stats = {
  tasks: { total: 20_876, byStatus, byKind: { ...noneOfAnyKind, 'image.optimize': byStatus } },
  bytes: { in: 62_119_842_816, out: 4_326_913_024 },
  durations: { sample: 1000, waitMs: { p50: 14, p95: 310, p99: 1240 }, runMs: { p50: 68, p95: 143, p99: 290 } },
  cleanup: {
    runs: 20_160,
    tasksExpired: 2631,
    filesRemoved: 7893,
    bytesFreed: 9_405_210_624,
    recordsRemoved: 0,
    queueRowsRemoved: 512,
    lastRunAt: '2026-05-04T09:29:42.007Z',
  },
  at: '2026-05-04T09:30:00.000Z',
}

/** `/api/v1/stats`: totals over all tasks. */
export const statsRoutes = routesOf<{ send: Send }>('Monitoring', {
  'GET /stats': {
    scope: 'tasks:read',
    doc: {
      operationId: 'getStats',
      summary: 'Get statistics over all tasks',
      answers: {
        200: json(
          'The statistics, and when they were counted',
          { schema: stats, examples: { 'After a week': example } },
          'ETag',
        ),
      },
      problems: ['STORE_UNAVAILABLE'],
    },
    handle:
      ({ send }) =>
      async (req, res) => {
        res.json(await send(new GetStats(tenantOf(req))))
      },
  },
})
