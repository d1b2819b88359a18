import type { BatchStatus, NotifyFields, StatusCounts, TaskStatus } from '@darkroom/contracts'
import { Schema, Types, type Connection, type QueryFilter } from 'mongoose'
import type { PageStart } from '../tasks/list-page.ts'
import { isText, olderThan, taskModel } from '../tasks/task-model.ts'

/** Many files uploaded in one request. Its tasks reference it, not vice versa. */
export interface BatchRecord {
  id: string
  tenant: string
  createdAt: Date
  /** The number of its tasks; null until all of them have been created. */
  total: number | null
  completedAt: Date | null
  /**
   * When to check whether it is complete or, once it is, whether all its tasks are removed. Null if
   * a previous release completed it.
   */
  nextCheckAt: Date | null
  idempotency?: { key: string; fingerprint: string }
  /** Where its end is reported to. */
  callbackUrl?: string
  /** People who are told of its end. */
  notify?: NotifyFields
  /** Since when its end has been waiting to be told. */
  tellDueAt?: Date
}

/** The number of tasks in each status, and the total progress of the unfinished ones. */
export interface BatchTally {
  counts: StatusCounts
  openPercent: number
}

/** Filters of a list. */
export interface BatchFilter {
  tenant: string
  status?: BatchStatus | undefined
  createdFrom?: Date | undefined
  createdTo?: Date | undefined
}

type BatchDocument = Omit<BatchRecord, 'id'> & { _id: Types.ObjectId }

const UNFINISHED: readonly TaskStatus[] = ['pending', 'processing']
export const NO_TASKS: BatchTally = {
  counts: { pending: 0, processing: 0, completed: 0, failed: 0, cancelled: 0, expired: 0 },
  openPercent: 0,
}

const batchSchema = new Schema<BatchDocument>(
  {
    tenant: { type: String, required: true },
    createdAt: { type: Date, required: true },
    total: { type: Number, default: null },
    completedAt: { type: Date, default: null },
    nextCheckAt: { type: Date, default: null },
    callbackUrl: String,
    notify: Schema.Types.Mixed,
    tellDueAt: Date,
    idempotency: { type: new Schema({ key: String, fingerprint: String }, { _id: false, strict: 'throw' }) },
  },
  {
    strict: 'throw',
    strictQuery: 'throw',
    versionKey: false,
    autoIndex: false,
    autoCreate: false,
    collection: 'batches',
  },
)
batchSchema.index(
  { tenant: 1, 'idempotency.key': 1 },
  { unique: true, partialFilterExpression: { 'idempotency.key': { $type: 'string' } } },
)
batchSchema.index({ nextCheckAt: 1 }, { partialFilterExpression: { nextCheckAt: { $type: 'date' } } })
batchSchema.index({ tellDueAt: 1 }, { partialFilterExpression: { tellDueAt: { $type: 'date' } } })
batchSchema.index({ tenant: 1, createdAt: -1, _id: -1 })
// Most batches are complete: the few others have an index of their own.
batchSchema.index(
  { tenant: 1, completedAt: 1, createdAt: -1, _id: -1 },
  { partialFilterExpression: { completedAt: { $type: 'null' } } },
)

/** A batch is removed with its last task; this is for when that process died. */
const EMPTY_CHECK_MS = 24 * 3_600_000

export const newBatchId = (): string => new Types.ObjectId().toHexString()

/** Batches in MongoDB. As with tasks, every change is one guarded update. */
export class BatchStore {
  readonly #batches
  readonly #tasks

  constructor(connection: Connection) {
    this.#batches = connection.model<BatchDocument>('Batch', batchSchema)
    this.#tasks = taskModel(connection)
  }

  async prepare(): Promise<void> {
    await this.#batches.createIndexes()
  }

  async insert({ id, ...record }: BatchRecord): Promise<void> {
    await this.#batches.collection.insertOne({ _id: new Types.ObjectId(id), ...record } as never)
  }

  async find(tenant: string, id: string): Promise<BatchRecord | undefined> {
    return toRecord(await this.#batches.findOne({ _id: new Types.ObjectId(id), tenant }).lean<BatchDocument>())
  }

  /** Newest first. */
  async list(filter: BatchFilter, start: PageStart, limit: number): Promise<BatchRecord[]> {
    const query = 'after' in start ? { $and: [queryOf(filter), olderThan(start.after)] } : queryOf(filter)
    const found = await this.#batches
      .find(query)
      .sort({ createdAt: -1, _id: -1 })
      .skip('skip' in start ? start.skip : 0)
      .limit(limit)
      .lean<BatchDocument[]>()
    return found.map((document) => toRecord(document))
  }

  /** The number of batches, counted up to `atMost`. */
  async count(filter: BatchFilter, atMost: number): Promise<number> {
    return this.#batches.countDocuments(queryOf(filter), { limit: atMost })
  }

  async findByIdempotencyKey(tenant: string, key: string): Promise<BatchRecord | undefined> {
    return toRecord(await this.#batches.findOne({ tenant, 'idempotency.key': isText(key) }).lean<BatchDocument>())
  }

  async forgetIdempotencyKey(tenant: string, key: string, olderThan: Date): Promise<void> {
    const filter = { tenant, 'idempotency.key': isText(key), createdAt: { $lt: olderThan } }
    await this.#batches.updateOne(filter, { $unset: { idempotency: 1 } })
  }

  /** All tasks of the batch have been created. Once set, the number stays. */
  async seal(id: string, total: number, nextCheckAt: Date): Promise<void> {
    await this.#batches.updateOne({ _id: new Types.ObjectId(id), total: null }, { $set: { total, nextCheckAt } })
  }

  /** Removes a batch without tasks. */
  async removeUnsealed(id: string): Promise<void> {
    await this.#batches.deleteOne({ _id: new Types.ObjectId(id), total: null })
  }

  /** Removes a batch whose tasks are all removed. Returns whether it was removed. */
  async removeIfEmpty(id: string): Promise<boolean> {
    const batch = await this.#batches.findById(id).lean<BatchDocument>()
    if (!batch) return true
    if (batch.total === null || (await this.#tasks.exists({ tenant: batch.tenant, batchId: isText(id) }))) return false
    await this.#batches.deleteOne({ _id: batch._id })
    return true
  }

  /**
   * Marks a batch as complete, for the first caller only: all others get undefined, and so does one
   * that is too early.
   */
  async complete(tenant: string, id: string, completedAt: Date): Promise<BatchRecord | undefined> {
    const filter = { _id: new Types.ObjectId(id), tenant, completedAt: null, total: { $type: 'number' } }
    const nextCheckAt = new Date(completedAt.getTime() + EMPTY_CHECK_MS)
    const change = { $set: { completedAt, nextCheckAt, tellDueAt: completedAt } }
    return toRecord(
      await this.#batches.findOneAndUpdate(filter as never, change, { returnDocument: 'after' }).lean<BatchDocument>(),
    )
  }

  /** Batches of all tenants that are due for a check. */
  async due(now: Date, limit: number, skip = 0): Promise<BatchRecord[]> {
    const found = await this.#batches
      .find({ nextCheckAt: { $lte: now, $type: 'date' } })
      .sort({ nextCheckAt: 1 })
      .skip(skip)
      .limit(limit)
      .lean<BatchDocument[]>()
    return found.map((document) => toRecord(document))
  }

  /** Complete batches of all tenants whose end has not been told. */
  async dueToTell(now: Date, limit: number, skip = 0): Promise<BatchRecord[]> {
    const found = await this.#batches
      .find({ tellDueAt: { $lte: now, $type: 'date' } })
      .sort({ tellDueAt: 1 })
      .skip(skip)
      .limit(limit)
      .lean<BatchDocument[]>()
    return found.map((document) => toRecord(document))
  }

  async told(id: string): Promise<void> {
    await this.#batches.updateOne({ _id: new Types.ObjectId(id) }, { $unset: { tellDueAt: 1 } })
  }

  async postpone(id: string, nextCheckAt: Date): Promise<void> {
    await this.#batches.updateOne({ _id: new Types.ObjectId(id) }, { $set: { nextCheckAt } })
  }

  async hasUnfinished(tenant: string, batchId: string): Promise<boolean> {
    return (await this.#tasks.exists({ tenant, batchId: isText(batchId), status: { $in: [...UNFINISHED] } })) !== null
  }

  async tally(tenant: string, batchId: string): Promise<BatchTally> {
    return (await this.tallies(tenant, [batchId])).get(batchId) ?? NO_TASKS
  }

  /** By batch; one without tasks is left out. */
  async tallies(tenant: string, batchIds: readonly string[]): Promise<Map<string, BatchTally>> {
    const group = {
      _id: { batchId: '$batchId', status: '$status' },
      count: { $sum: 1 },
      percent: { $sum: '$progress.percent' },
    }
    const found = await this.#tasks.aggregate<{
      _id: { batchId: string; status: TaskStatus }
      count: number
      percent: number
    }>([{ $match: { tenant, batchId: { $in: [...batchIds], $type: 'string' } } }, { $group: group }])
    const tallies = new Map<string, BatchTally>()
    for (const {
      _id: { batchId, status },
      count,
      percent,
    } of found) {
      const { counts, openPercent } = tallies.get(batchId) ?? NO_TASKS
      const isOpen = UNFINISHED.includes(status)
      tallies.set(batchId, {
        counts: { ...counts, [status]: count },
        openPercent: openPercent + (isOpen ? percent : 0),
      })
    }
    return tallies
  }
}

function queryOf({ tenant, status, createdFrom, createdTo }: BatchFilter): QueryFilter<BatchDocument> {
  return {
    tenant,
    ...(status === 'processing' && { completedAt: { $eq: null, $type: 'null' } }),
    ...(status === 'completed' && { completedAt: { $type: 'date' } }),
    ...((createdFrom ?? createdTo) && {
      createdAt: { ...(createdFrom && { $gte: createdFrom }), ...(createdTo && { $lt: createdTo }) },
    }),
  } as QueryFilter<BatchDocument>
}

function toRecord(document: BatchDocument): BatchRecord
function toRecord(document: BatchDocument | null): BatchRecord | undefined
function toRecord(document: BatchDocument | null): BatchRecord | undefined {
  if (!document) return undefined
  const { _id, ...record } = document
  return { id: _id.toHexString(), ...record }
}
