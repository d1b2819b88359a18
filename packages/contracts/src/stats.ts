import { z } from 'zod'
import { TASK_KINDS, type TaskKind } from './kinds/kinds.ts'
import { statusCounts } from './tasks.ts'

const count = z.number().int()
const byKind = z.object(
  Object.fromEntries(TASK_KINDS.map((kind) => [kind, statusCounts])) as Record<TaskKind, typeof statusCounts>,
)
/** Milliseconds; null while no task has ended. */
const percentiles = z.object({ p50: z.number().nullable(), p95: z.number().nullable(), p99: z.number().nullable() })

/** Totals of all clean-up runs so far. */
export const cleanupTotals = z.object({
  runs: count,
  tasksExpired: count,
  filesRemoved: count,
  bytesFreed: count,
  recordsRemoved: count,
  queueRowsRemoved: count,
  lastRunAt: z.iso.datetime().nullable(),
})
export type CleanupTotals = z.infer<typeof cleanupTotals>

/** What ended within a minute. The times are means over what was completed. */
export const statsMinute = z
  .object({
    at: z.iso.datetime().meta({ description: 'The beginning of the minute' }),
    completed: count,
    failed: count,
    bytes: z.object({ in: count, out: count }).meta({ description: 'Of the completed tasks' }),
    waitMs: z.number().nullable(),
    runMs: z.number().nullable(),
  })
  .meta({ id: 'StatsMinute' })
export type StatsMinute = z.infer<typeof statsMinute>

export const stats = z
  .object({
    tasks: z.object({ total: count, byStatus: statusCounts, byKind }),
    /** Of the stored tasks: bytes of the uploads, and of the variants. */
    bytes: z.object({ in: count, out: count }),
    /** Of the newest completed tasks; `sample` is their number. */
    durations: z.object({ sample: count, waitMs: percentiles, runMs: percentiles }),
    cleanup: cleanupTotals,
    minutes: z.array(statsMinute).optional().meta({
      description: 'With `since`: the minutes in which tasks ended, oldest first; minutes without any are left out',
    }),
    at: z.iso.datetime().meta({
      description: 'When tasks and bytes were counted: usually seconds ago; hours ago if there are millions of tasks',
    }),
  })
  .meta({ id: 'Stats' })
export type Stats = z.infer<typeof stats>
