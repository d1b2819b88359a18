import type { Logger } from '@darkroom/runtime'
import type { MongoConnection } from '../mongo/create-mongo.ts'
import type { CleanupTotalsStore } from '../removal/cleanup-totals-store.ts'
import { GetStatsHandler } from './get-stats.ts'
import { StatsStore } from './stats-store.ts'
import { TaskTotals } from './task-totals.ts'

/** Totals over all tasks. */
export function createStats({
  mongo,
  cleanups,
  log,
  stop,
}: {
  mongo: MongoConnection
  cleanups: CleanupTotalsStore
  log: Logger
  stop: AbortSignal
}) {
  const store = new StatsStore(mongo)
  return { handlers: [new GetStatsHandler({ store, totals: new TaskTotals({ store, log, stop }), cleanups })] }
}
