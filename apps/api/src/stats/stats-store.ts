import type { TaskKind, TaskStatus } from '@darkroom/contracts'
import type { Connection } from 'mongoose'
import { READ_TIMEOUT_MS } from '../mongo/connect-mongo.ts'
import { taskModel, toObjectId } from '../tasks/task-model.ts'

/** The totals of a tenant's tasks of one kind and status. Deleted tasks have no tenant. */
export interface TaskGroup {
  tenant: string
  kind: TaskKind
  status: TaskStatus
  count: number
  /** Received, and in available variants. */
  bytesIn: number
  bytesOut: number
}

/** The totals at the time of the last count. */
export interface Totals {
  groups: TaskGroup[]
  /** When the count started, and how long it took. */
  at: Date
  tookMs: number
}

interface TotalsDocument extends Partial<Omit<Totals, 'at'>> {
  _id: 'tasks'
  at?: Date | null
  /** The process that counts, and when its claim expires. */
  claimant: string
  claimedUntil: Date
}

/** Totals over the tasks in MongoDB, and their last result: one document per installation. */
export class StatsStore {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** The totals of the next tasks after an id, at most `limit`, in the order of their ids. */
  async sums(after: string, limit: number): Promise<{ groups: TaskGroup[]; last: string | undefined }> {
    // Release 0.1 only writes `images`, where the bytes are `size`; this release writes both.
    const files = { $ifNull: ['$images', { $ifNull: ['$files', []] }] }
    const size = { $ifNull: ['$$this.size', '$$this.bytes'] }
    const sizes = { $reduce: { input: files, initialValue: 0, in: { $add: ['$$value', size] } } }
    const bytesOut = { $cond: [{ $eq: ['$status', 'completed'] }, sizes, 0] }
    const found = await taskModel(this.#connection).aggregate<
      Pick<TaskGroup, 'count' | 'bytesIn' | 'bytesOut'> & {
        _id: Pick<TaskGroup, 'tenant' | 'kind' | 'status'>
        last: unknown
      }
    >([
      { $match: { _id: { $gt: toObjectId(after) } } },
      { $sort: { _id: 1 } },
      { $limit: limit },
      {
        $group: {
          _id: { tenant: '$tenant', kind: '$kind', status: '$status' },
          count: { $sum: 1 },
          bytesIn: { $sum: '$source.bytes' },
          bytesOut: { $sum: bytesOut },
          last: { $max: '$_id' },
        },
      },
    ])
    const groups = found.map(({ _id, last: _last, ...sums }) => ({ ..._id, ...sums }))
    return {
      groups,
      last: found
        .map(({ last }) => String(last))
        .toSorted()
        .at(-1),
    }
  }

  /** How long the newest completed tasks waited and ran. */
  async recentTimes(tenant: string, limit: number): Promise<{ waitMs: number | null; runMs: number | null }[]> {
    const found = await taskModel(this.#connection)
      .find({ tenant, status: 'completed' })
      .sort({ createdAt: -1, _id: -1 })
      .limit(limit)
      .select({ waitMs: 1, processingTimeMs: 1 })
      .lean<{ waitMs: unknown; processingTimeMs: unknown }[]>()
    return found.map(({ waitMs, processingTimeMs }) => ({
      waitMs: numberOr(waitMs),
      runMs: numberOr(processingTimeMs),
    }))
  }

  /** The last totals; undefined before the first count. */
  async totals(): Promise<Totals | undefined> {
    const { groups, at, tookMs } = (await this.#totals.findOne({ _id: 'tasks' }, { maxTimeMS: READ_TIMEOUT_MS })) ?? {}
    return groups && at && tookMs !== undefined ? { groups, at, tookMs } : undefined
  }

  /**
   * Claims the count for `claimant`, exclusively for `forMs` unless it ends before, if the totals
   * are still those of `since`. A claim made with a clock that is far ahead is void.
   */
  async claim({
    claimant,
    now,
    forMs,
    since,
  }: {
    claimant: string
    now: Date
    forMs: number
    since: Date | null
  }): Promise<boolean> {
    const until = new Date(now.getTime() + forMs)
    const free = [
      { claimant },
      { claimedUntil: { $lte: now } },
      { claimedUntil: { $gt: new Date(until.getTime() + forMs) } },
    ]
    try {
      await this.#totals.updateOne(
        { _id: 'tasks', at: since, $or: free },
        { $set: { claimant, claimedUntil: until } },
        { upsert: true },
      )
      return true
    } catch (error) {
      // The document exists and belongs to another process, so it could not be created.
      if ((error as { code?: unknown }).code === 11000) return false
      throw error
    }
  }

  /** Stores new totals, and releases the claim. */
  async saveTotals(totals: Totals): Promise<void> {
    await this.#totals.updateOne({ _id: 'tasks' }, { $set: { ...totals, claimedUntil: new Date(0) } })
  }

  get #totals() {
    return this.#connection.collection<TotalsDocument>('task-totals')
  }
}

const numberOr = (value: unknown): number | null => (typeof value === 'number' ? value : null)
