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

export const stats = z
  .object({
    tasks: z.object({ total: count, byStatus: statusCounts, byKind }),
    /** Of the stored tasks: bytes of the uploads, and of the variants. */
    bytes: z.object({ in: count, out: count }),
    /** Of the newest completed tasks; `sample` is their number. */
    durations: z.object({ sample: count, waitMs: percentiles, runMs: percentiles }),
    cleanup: cleanupTotals,
    at: z.iso.datetime().meta({
      description: 'When tasks and bytes were counted: usually seconds ago; hours ago if there are millions of tasks',
    }),
  })
  .meta({ id: 'Stats' })
export type Stats = z.infer<typeof stats>
