import type { Logger } from '@darkroom/runtime'
import type { MongoConnection } from '../mongo/create-mongo.ts'
import type { CleanupTotalsStore } from '../removal/cleanup-totals-store.ts'
import { GetStatsHandler } from './get-stats.ts'
import { createStoredOf } from './stored-of.ts'
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
  const totals = new TaskTotals({ store, log, stop })
  return { storedOf: createStoredOf(totals), handlers: [new GetStatsHandler({ store, totals, cleanups })] }
}
