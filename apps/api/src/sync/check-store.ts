import type { Connection, Types } from 'mongoose'
import { taskModel, toObjectId, toRecord, type TaskDocument } from '../tasks/task-model.ts'
import { FINAL_STATUSES, type TaskRecord } from '../tasks/task.ts'

/** The time of the next check is not worth a disk flush: losing it costs one extra check. */
const CHECK_WRITE = { writeConcern: { w: 1, j: false } } as const
/** Longer than any lease and any time between two checks. */
const FAR_AWAY_MS = 15 * 60_000
const CHECK_ALL_PIECE = 1000

interface Claim {
  now: Date
  leaseMs: number
  limit: number
  /** Identifies this pass of this replica. */
  claimant: string
}

type OnlyId = { _id: Types.ObjectId }

/** When tasks are checked next, and by which replica. */
export class CheckStore {
  readonly #tasks

  constructor(connection: Connection) {
    this.#tasks = taskModel(connection)
  }

  /**
   * Records that the jobs of these tasks are on the queue, and when to check them next. Only for
   * these epochs: a task that was restarted meanwhile is still waiting for its new job.
   */
  async markSent(tasks: readonly TaskRecord[], nextCheckAt: Date): Promise<void> {
    for (const [epoch, sent] of Map.groupBy(tasks, (task) => task.epoch)) {
      const filter = { _id: { $in: sent.map(({ id }) => toObjectId(id)) }, epoch, status: 'pending' as const }
      await this.#tasks.updateMany(filter, { $set: { 'dispatch.state': 'sent', nextCheckAt } }, CHECK_WRITE)
    }
  }

  /** Sets another time for the next check of these tasks, unless they have ended meanwhile. */
  async postpone(ids: readonly string[], nextCheckAt: Date): Promise<void> {
    const filter = { _id: { $in: ids.map(toObjectId) }, nextCheckAt: { $type: 'date' as const } }
    await this.#tasks.updateMany(filter, { $set: { nextCheckAt } }, CHECK_WRITE)
  }

  /** The job of a finished task is gone: the task needs no more checks. */
  async settle({ id, epoch }: TaskRecord): Promise<void> {
    await this.#tasks.updateOne(
      { _id: toObjectId(id), epoch, status: { $in: [...FINAL_STATUSES] } },
      { $set: { nextCheckAt: null } },
    )
  }

  /** The time by the database's clock, which all replicas share. */
  async now(): Promise<Date> {
    const answer = await this.#tasks.db.db?.command({ hello: 1 })
    return (answer?.['localTime'] as Date | undefined) ?? new Date()
  }

  /**
   * Claims up to `limit` tasks of all tenants that are due for a check, for `leaseMs`: meanwhile no
   * other replica gets them, and if this process dies they become due again. `now` is the
   * database's time. A check that is further away than any lease was set by a fast clock, and
   * counts as due.
   */
  async claimDue(options: Claim): Promise<TaskRecord[]> {
    const { now, leaseMs, limit } = options
    const farAway = new Date(now.getTime() + Math.max(leaseMs, FAR_AWAY_MS))
    const due = await this.#claim({ $lte: now, $type: 'date' }, options)
    if (due.length >= limit) return due
    return [...due, ...(await this.#claim({ $gt: farAway, $type: 'date' }, { ...options, limit: limit - due.length }))]
  }

  async #claim(
    nextCheckAt: { $lte?: Date; $gt?: Date; $type: 'date' },
    { now, leaseMs, limit, claimant }: Claim,
  ): Promise<TaskRecord[]> {
    const due = await this.#tasks
      .find({ nextCheckAt })
      .sort({ nextCheckAt: 1 })
      .limit(limit)
      .select({ _id: 1 })
      .lean<OnlyId[]>()
    if (due.length === 0) return []
    const _id = { $in: due.map((task) => task._id) }
    const lease = { nextCheckAt: new Date(now.getTime() + leaseMs), checkedBy: claimant }
    await this.#tasks.updateMany({ _id, nextCheckAt }, { $set: lease }, CHECK_WRITE)
    const claimed = await this.#tasks
      .find({ _id, checkedBy: claimant, nextCheckAt: { $ne: null } })
      .lean<TaskDocument[]>()
    return claimed.map((document) => toRecord(document))
  }

  /** Makes these tasks due for a check now, unless they have ended meanwhile. */
  async checkNow(ids: readonly string[]): Promise<void> {
    await this.#tasks.updateMany(
      { _id: { $in: ids.map(toObjectId) }, nextCheckAt: { $type: 'date' } },
      { $set: { nextCheckAt: new Date() } },
      CHECK_WRITE,
    )
  }

  /**
   * Makes every unfinished task due for a check now, for when the queue is known to have lost
   * something. In pieces, so that no write exceeds its time limit; after an error, the next call
   * continues with the rest.
   */
  async checkAllNow(): Promise<number> {
    const now = await this.now()
    let changed = 0
    for (;;) {
      const rest = await this.#tasks
        .find({ nextCheckAt: { $gt: now, $type: 'date' } })
        .limit(CHECK_ALL_PIECE)
        .select({ _id: 1 })
        .lean<OnlyId[]>()
      if (rest.length === 0) return changed
      const filter = { _id: { $in: rest.map(({ _id }) => _id) }, nextCheckAt: { $type: 'date' as const } }
      changed += (await this.#tasks.updateMany(filter, { $set: { nextCheckAt: now } }, CHECK_WRITE)).modifiedCount
    }
  }
}
