import type { Connection } from 'mongoose'

/** What one clean-up did. */
export interface CleanupReport {
  tasksExpired: number
  filesRemoved: number
  bytesFreed: number
  recordsRemoved: number
  durationMs: number
}

interface CleanupTotals extends CleanupReport {
  _id: 'all'
  runs: number
  lastRunAt: Date
}

/** What all clean-ups did since the beginning: one document. */
export class CleanupTotalsStore {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  async add(report: CleanupReport, now: Date): Promise<void> {
    const totals = this.#connection.collection<CleanupTotals>('cleanup-totals')
    await totals.updateOne({ _id: 'all' }, { $inc: { ...report, runs: 1 }, $set: { lastRunAt: now } }, { upsert: true })
  }
}
