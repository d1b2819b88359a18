import type { TaskStatus } from '@darkroom/contracts'
import { Schema, Types, type Connection, type QueryFilter } from 'mongoose'
import type { Move, TaskRecord } from './task.ts'

/** Which tasks a list shows. Every list belongs to one tenant. */
export interface TaskFilter {
  tenant: string
  status?: TaskStatus | readonly TaskStatus[] | undefined
  kind?: TaskRecord['kind'] | undefined
  priority?: TaskRecord['priority'] | undefined
  createdFrom?: Date | undefined
  createdTo?: Date | undefined
}

/** Where a page starts: after so many tasks, or after a certain one. */
export type PageStart = { skip: number } | { after: { createdAt: Date; id: string } }

/** Which state of which epoch a write may still change. */
export interface Fence {
  id: string
  tenant: string
  epoch: number
  seq: number
}

type TaskDocument = Omit<TaskRecord, 'id'> & { _id: Types.ObjectId }

const LOG_LENGTH = 100
const NEWEST_FIRST = { createdAt: -1, _id: -1 } as const

const nested = { _id: false, strict: 'throw' } as const
const variantSchema = new Schema(
  { resolution: String, width: Number, height: Number, format: String, size: Number, md5: String, path: String },
  nested,
)
const logSchema = new Schema({ seq: Number, epoch: Number, attempt: Number, type: String, at: Date, data: Schema.Types.Mixed }, nested)

const taskSchema = new Schema<TaskDocument>(
  {
    tenant: { type: String, required: true },
    jobId: { type: String, required: true },
    kind: { type: String, required: true },
    status: { type: String, required: true },
    priority: { type: String, required: true },
    name: { type: String, required: true },
    imageName: { type: String, required: true },
    originalPath: { type: String, required: true },
    source: { type: new Schema({ bytes: Number, format: String, width: Number, height: Number, sha256: String, md5: String }, nested) },
    metadata: { type: Schema.Types.Mixed },
    ttlSeconds: { type: Number, required: true },
    images: { type: [variantSchema] },
    progress: { type: new Schema({ stage: String, percent: Number }, nested) },
    attempts: { type: new Schema({ made: Number, max: Number, nextAt: Date }, nested) },
    error: { type: new Schema({ code: String, message: String, retryable: Boolean }, nested), default: null },
    processingTimeMs: { type: Number, default: null },
    waitMs: { type: Number, default: null },
    workerId: { type: String, default: null },
    startedAt: { type: Date, default: null },
    finishedAt: { type: Date, default: null },
    epoch: { type: Number, required: true },
    seq: { type: Number, required: true },
    rev: { type: Number, required: true },
    dispatch: { type: new Schema({ state: String }, nested) },
    nextCheckAt: { type: Date, default: null },
    log: { type: [logSchema] },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
    idempotency: { type: new Schema({ key: String, fingerprint: String }, nested) },
    checkedBy: { type: String },
  } as never,
  { strict: 'throw', strictQuery: 'throw', minimize: false, versionKey: false, autoIndex: false, autoCreate: false, collection: 'tasks' },
)
taskSchema.index({ jobId: 1 }, { unique: true })
taskSchema.index({ tenant: 1, createdAt: -1, _id: -1 })
taskSchema.index({ tenant: 1, status: 1, createdAt: -1, _id: -1 })
taskSchema.index({ tenant: 1, 'idempotency.key': 1 }, { unique: true, partialFilterExpression: { 'idempotency.key': { $type: 'string' } } })
taskSchema.index({ 'images.path': 1 })
// Only tasks that still need looking after are in this index, however many there are in all.
taskSchema.index({ nextCheckAt: 1 }, { partialFilterExpression: { nextCheckAt: { $type: 'date' } } })

export const newTaskId = (): string => new Types.ObjectId().toHexString()

/** Tasks in MongoDB. Every change of a stored task is one guarded update: there is no read, change and save. */
export class TaskStore {
  readonly #tasks

  constructor(connection: Connection) {
    this.#tasks = connection.model<TaskDocument>('Task', taskSchema)
  }

  async ping(): Promise<void> {
    await this.#tasks.db.asPromise()
    await this.#tasks.db.db?.command({ ping: 1 })
  }

  /** Tasks of all tenants that have not reached a final status. */
  async countUnfinished(): Promise<number> {
    return this.#tasks.countDocuments({ nextCheckAt: { $type: 'date' } })
  }

  /** Makes the indexes where they are missing; safe to run at every start of every replica. */
  async prepare(): Promise<void> {
    await this.#tasks.createIndexes()
  }

  /** Stores a new task. When this returns, the task survives any crash (majority, journaled: set on the connection). */
  async insert({ id, ...record }: TaskRecord): Promise<void> {
    await this.#tasks.collection.insertOne({ _id: new Types.ObjectId(id), ...record } as never)
  }

  async find(tenant: string, id: string): Promise<TaskRecord | undefined> {
    return toRecord(await this.#tasks.findOne({ _id: new Types.ObjectId(id), tenant }).lean<TaskDocument>())
  }

  /** Where each of these tasks stands, of whatever tenant: `epoch.rev`. A task that is not there is missing. */
  async revisions(ids: readonly string[]): Promise<Map<string, string>> {
    const found = await this.#tasks
      .find({ _id: { $in: ids.map(toObjectId) } })
      .select({ epoch: 1, rev: 1 })
      .lean<Pick<TaskDocument, '_id' | 'epoch' | 'rev'>[]>()
    return new Map(found.map(({ _id, epoch, rev }) => [_id.toHexString(), `${epoch}.${rev}`]))
  }

  async findByJobId(tenant: string, jobId: string): Promise<TaskRecord | undefined> {
    return toRecord(await this.#tasks.findOne({ jobId, tenant }).lean<TaskDocument>())
  }

  async findByIdempotencyKey(tenant: string, key: string): Promise<TaskRecord | undefined> {
    return toRecord(await this.#tasks.findOne({ tenant, 'idempotency.key': key }).lean<TaskDocument>())
  }

  /** Frees a key whose time is over, so that it may name another task. */
  async forgetIdempotencyKey(tenant: string, key: string, olderThan: Date): Promise<void> {
    await this.#tasks.updateOne({ tenant, 'idempotency.key': key, createdAt: { $lt: olderThan } }, { $unset: { idempotency: 1 } })
  }

  /** Which of these ids are tasks, of whatever tenant. */
  async existing(ids: readonly string[]): Promise<Set<string>> {
    const found = await this.#tasks
      .find({ _id: { $in: ids.map(toObjectId) } })
      .select({ _id: 1 })
      .lean<{ _id: Types.ObjectId }[]>()
    return new Set(found.map(({ _id }) => _id.toHexString()))
  }

  /** Which of these files some task lists as its variants. */
  async listedFiles(paths: readonly string[]): Promise<Set<string>> {
    const found = await this.#tasks
      .find({ 'images.path': { $in: [...paths] } })
      .select({ images: 1 })
      .lean<Pick<TaskDocument, 'images'>[]>()
    return new Set(found.flatMap(({ images }) => images.map((image) => image.path)))
  }

  /** Whether an unfinished task writes its variants to this folder. */
  async isWorkingOn(imageName: string): Promise<boolean> {
    return (await this.#tasks.exists({ imageName, nextCheckAt: { $type: 'date' } })) !== null
  }

  /** Newest first. */
  async list(filter: TaskFilter, start: PageStart, limit: number): Promise<TaskRecord[]> {
    const query = 'after' in start ? { $and: [queryOf(filter), after(start.after)] } : queryOf(filter)
    const documents = await this.#tasks
      .find(query)
      .sort(NEWEST_FIRST)
      .skip('skip' in start ? start.skip : 0)
      .limit(limit)
      .select({ log: 0 })
      .lean<TaskDocument[]>()
    return documents.map((document) => toRecord(document))
  }

  async count(filter: TaskFilter): Promise<number> {
    return this.#tasks.countDocuments(queryOf(filter))
  }

  /**
   * Takes a move if the fence still allows it: same epoch, nothing later seen, a status from which the move is legal.
   * @returns the task after the move; undefined when it came late, twice or never was legal, and nothing was changed.
   */
  async move(fence: Fence, move: Move): Promise<TaskRecord | undefined> {
    const document = await this.#tasks
      .findOneAndUpdate(
        {
          _id: new Types.ObjectId(fence.id),
          tenant: fence.tenant,
          epoch: fence.epoch,
          seq: { $lt: fence.seq },
          status: { $in: [...move.from] },
        },
        {
          $set: { ...move.patch, seq: fence.seq, updatedAt: new Date() },
          $inc: { rev: 1 },
          $push: { log: { $each: [move.entry], $slice: -LOG_LENGTH } },
        },
        { returnDocument: 'after' },
      )
      .lean<TaskDocument>()
    return toRecord(document)
  }

  /** Notes that the jobs of these tasks are on the queue, and when to look after them next. */
  async markSent(ids: readonly string[], nextCheckAt: Date): Promise<void> {
    await this.#tasks.updateMany(
      { _id: { $in: ids.map(toObjectId) }, status: 'pending' },
      { $set: { 'dispatch.state': 'sent', nextCheckAt } },
    )
  }

  /** Looks after these tasks again at another time, unless they reached a final status meanwhile. */
  async postpone(id: string, nextCheckAt: Date): Promise<void> {
    await this.#tasks.updateOne({ _id: toObjectId(id), nextCheckAt: { $ne: null } }, { $set: { nextCheckAt } })
  }

  /**
   * Takes up to `limit` tasks whose check is due, of all tenants, for `leaseMs`: no other replica gets them meanwhile,
   * and should this process die they are due again. `claimant` names this pass of this replica.
   */
  async claimDue(options: { now: Date; leaseMs: number; limit: number; claimant: string }): Promise<TaskRecord[]> {
    const { now, leaseMs, limit, claimant } = options
    const due = await this.#tasks
      .find({ nextCheckAt: { $lte: now, $type: 'date' } })
      .sort({ nextCheckAt: 1 })
      .limit(limit)
      .select({ _id: 1 })
      .lean<{ _id: Types.ObjectId }[]>()
    if (due.length === 0) return []
    const ids = { $in: due.map((task) => task._id) }
    await this.#tasks.updateMany(
      { _id: ids, nextCheckAt: { $lte: now, $type: 'date' } },
      { $set: { nextCheckAt: new Date(now.getTime() + leaseMs), checkedBy: claimant } },
    )
    const claimed = await this.#tasks.find({ _id: ids, checkedBy: claimant, nextCheckAt: { $ne: null } }).lean<TaskDocument[]>()
    return claimed.map((document) => toRecord(document))
  }

  /** Makes these tasks due for a check now, unless they reached a final status meanwhile. */
  async checkNow(ids: readonly string[]): Promise<void> {
    await this.#tasks.updateMany(
      { _id: { $in: ids.map(toObjectId) }, nextCheckAt: { $type: 'date' } },
      { $set: { nextCheckAt: new Date() } },
    )
  }

  /** Makes every unfinished task due for a check now: for when the queue is known to have lost something. */
  async checkAllNow(): Promise<number> {
    const { modifiedCount } = await this.#tasks.updateMany({ nextCheckAt: { $type: 'date' } }, { $set: { nextCheckAt: new Date() } })
    return modifiedCount
  }
}

/** Whether an insert failed because its idempotency key is taken. */
export const isKeyTaken = (error: unknown): boolean => (error as { code?: unknown }).code === 11000

const toObjectId = (id: string): Types.ObjectId => new Types.ObjectId(id)

function queryOf(filter: TaskFilter): QueryFilter<TaskDocument> {
  const { createdFrom, createdTo, ...equal } = filter
  const given = Object.entries(equal).filter(([, value]) => value !== undefined)
  const query: Record<string, unknown> = Object.fromEntries(
    given.map(([name, value]) => [name, Array.isArray(value) ? { $in: value } : value]),
  )
  if (createdFrom ?? createdTo) query.createdAt = { ...(createdFrom && { $gte: createdFrom }), ...(createdTo && { $lt: createdTo }) }
  return query as QueryFilter<TaskDocument>
}

const after = ({ createdAt, id }: { createdAt: Date; id: string }): QueryFilter<TaskDocument> => ({
  $or: [{ createdAt: { $lt: createdAt } }, { createdAt, _id: { $lt: toObjectId(id) } }],
})

function toRecord(document: TaskDocument): TaskRecord
function toRecord(document: TaskDocument | null): TaskRecord | undefined
function toRecord(document: TaskDocument | null): TaskRecord | undefined {
  if (!document) return undefined
  const { _id, ...record } = document
  return { id: _id.toHexString(), ...record }
}
