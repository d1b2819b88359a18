import { stats, TASK_KINDS, type Stats } from '@darkroom/contracts'
import { z } from 'zod'
import { AppError } from '../app-error.ts'
import { parseInput } from '../http/input.ts'
import { json } from '../http/openapi/operation.ts'
import { time } from '../http/query-fields.ts'
import { routesOf } from '../http/routes.ts'
import { tenantOf } from '../http/tenant-of.ts'
import type { Send } from '../send.ts'
import { GetStats } from '../stats/get-stats.ts'
import { MINUTE_MS, minuteOf } from '../stats/minute-meter.ts'

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

const minutes: Stats['minutes'] = [
  {
    at: '2026-05-04T09:29:00.000Z',
    completed: 612,
    failed: 1,
    bytes: { in: 1_821_003_776, out: 126_877_696 },
    waitMs: 22,
    runMs: 71,
  },
]

const HOUR_MS = 3_600_000
const MOST_HOURS = 24

const statsQuery = z.strictObject({
  since: time.optional().meta({
    description: `Adds \`minutes\`: what has ended in each minute since then, at most ${MOST_HOURS} hours ago`,
  }),
})

/** The beginning of its minute, so that the first minute is whole. */
function sinceOf(query: unknown): Date | undefined {
  const { since } = parseInput(statsQuery, query, 'INVALID_QUERY')
  if (since === undefined) return undefined
  const at = minuteOf(since.getTime())
  if (Date.now() - at.getTime() <= MOST_HOURS * HOUR_MS + MINUTE_MS) return at
  throw new AppError(
    'INVALID_QUERY',
    `\`since\` must be at most ${MOST_HOURS} hours ago; ${since.toISOString()} is not.`,
  )
}

/** `/api/v1/stats`: totals over all tasks. */
export const statsRoutes = routesOf<{ send: Send }>('Monitoring', {
  'GET /stats': {
    scope: 'tasks:read',
    doc: {
      operationId: 'getStats',
      summary: 'Get statistics over all tasks',
      requestParams: { query: statsQuery },
      answers: {
        200: json(
          'The statistics, and when they were counted',
          { schema: stats, examples: { 'After a week': example, 'Since a minute ago': { ...example, minutes } } },
          'ETag',
        ),
      },
      problems: ['INVALID_QUERY', 'STORE_UNAVAILABLE'],
    },
    handle:
      ({ send }) =>
      async (req, res) => {
        res.json(await send(new GetStats(tenantOf(req), sinceOf(req.query))))
      },
  },
})
