import type { CleanupTotals } from '@darkroom/contracts'
import type { Connection } from 'mongoose'
import { READ_TIMEOUT_MS } from '../mongo/connect-mongo.ts'

/** The result of one clean-up. */
export interface CleanupReport {
  tasksExpired: number
  filesRemoved: number
  bytesFreed: number
  recordsRemoved: number
  durationMs: number
}

interface TotalsDocument extends CleanupReport {
  _id: 'all'
  queueRowsRemoved?: number
  runs: number
  lastRunAt: Date
}

/** The totals of all clean-ups: one document. */
export class CleanupTotalsStore {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  async add(report: CleanupReport | { queueRowsRemoved: number }, now: Date): Promise<void> {
    await this.#totals.updateOne(
      { _id: 'all' },
      { $inc: { ...report, runs: 1 }, $set: { lastRunAt: now } },
      { upsert: true },
    )
  }
  /** All 0 before the first clean-up. */
  async read(): Promise<CleanupTotals> {
    const {
      runs = 0,
      tasksExpired = 0,
      filesRemoved = 0,
      bytesFreed = 0,
      recordsRemoved = 0,
      queueRowsRemoved = 0,
      lastRunAt,
    } = (await this.#totals.findOne({ _id: 'all' }, { maxTimeMS: READ_TIMEOUT_MS })) ?? {}
    const sums = { runs, tasksExpired, filesRemoved, bytesFreed, recordsRemoved, queueRowsRemoved }
    return { ...sums, lastRunAt: lastRunAt?.toISOString() ?? null }
  }

  get #totals() {
    return this.#connection.collection<TotalsDocument>('cleanup-totals')
  }
}
