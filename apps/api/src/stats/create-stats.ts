import type { Logger } from '@darkroom/runtime'
import type { MongoConnection } from '../mongo/create-mongo.ts'
import type { CleanupTotalsStore } from '../removal/cleanup-totals-store.ts'
import { GetStatsHandler } from './get-stats.ts'
import { MinuteMeter } from './minute-meter.ts'
import { MinuteStore } from './minute-store.ts'
import { createStoredOf } from './stored-of.ts'
import { StatsStore } from './stats-store.ts'
import { TaskTotals } from './task-totals.ts'

/** Totals over all tasks, and what ended in the last minutes. */
export function createStats({
  mongo,
  cleanups,
  log,
  stop,
  now,
}: {
  mongo: MongoConnection
  cleanups: CleanupTotalsStore
  log: Logger
  stop: AbortSignal
  now: () => number
}) {
  const store = new StatsStore(mongo)
  const totals = new TaskTotals({ store, log, stop })
  const minutes = new MinuteStore(mongo)
  const meter = new MinuteMeter({ store: minutes, log, now })
  return {
    prepare: () => minutes.prepare(),
    start: () => meter.start(),
    stop: () => meter.stop(),
    onTask: meter.onTask,
    storedOf: createStoredOf(totals),
    handlers: [new GetStatsHandler({ store, totals, cleanups, minutes })],
  }
}
