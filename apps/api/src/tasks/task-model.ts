import { toStoredFile, type Variant } from '@darkroom/contracts'
import { Schema, Types, type Connection, type Model } from 'mongoose'
import type { TaskRecord } from './task.ts'

/** A task as it lies in MongoDB. `images` are the files of tasks that completed in release 0.1. */
export type TaskDocument = Omit<TaskRecord, 'id'> & { _id: Types.ObjectId; images?: Variant[] }

// Inserts are checked by `taskRecord`, which is the one description of a task. This is what queries
// and updates are held against: a field that it does not name is an error. What is empty stays.
const NESTED = { _id: false, strict: 'throw', minimize: false } as const
const logSchema = new Schema(
  { seq: Number, epoch: Number, attempt: Number, type: String, at: Date, data: Schema.Types.Mixed },
  NESTED,
)
const fileSchema = new Schema(
  { name: String, contentType: String, bytes: Number, md5: String, path: String, facts: Schema.Types.Mixed },
  NESTED,
)

const taskSchema = new Schema<TaskDocument>(
  {
    tenant: String,
    jobId: String,
    kind: String,
    status: String,
    priority: String,
    name: String,
    imageName: String,
    originalPath: String,
    source: Schema.Types.Mixed,
    metadata: Schema.Types.Mixed,
    ttlSeconds: Number,
    files: [fileSchema],
    images: [new Schema({ path: String }, NESTED)],
    result: Schema.Types.Mixed,
    progress: new Schema({ stage: String, percent: Number }, NESTED),
    attempts: new Schema({ made: Number, max: Number, nextAt: Date }, NESTED),
    error: new Schema({ code: String, message: String, retryable: Boolean }, NESTED),
    processingTimeMs: Number,
    waitMs: Number,
    workerId: String,
    startedAt: Date,
    finishedAt: Date,
    restartedAt: Date,
    expiresAt: Date,
    purgeAt: Date,
    purgeFailures: Number,
    purgedAt: Date,
    removeAt: Date,
    epoch: Number,
    seq: Number,
    rev: Number,
    dispatch: new Schema({ state: String }, NESTED),
    nextCheckAt: Date,
    log: [logSchema],
    estimate: Schema.Types.Mixed,
    lateAt: Date,
    createdAt: Date,
    updatedAt: Date,
    idempotency: new Schema({ key: String, fingerprint: String }, NESTED),
    batchId: String,
    checkedBy: String,
  } as never,
  {
    strict: 'throw',
    strictQuery: 'throw',
    minimize: false,
    versionKey: false,
    autoIndex: false,
    autoCreate: false,
    collection: 'tasks',
  },
)
// A planner takes a partial index only for a query that says its condition, too: `$type` beside the
// value.
taskSchema.index({ jobId: 1 }, { unique: true })
taskSchema.index({ tenant: 1, createdAt: -1, _id: -1 })
taskSchema.index({ tenant: 1, status: 1, createdAt: -1, _id: -1 })
// One index for two filters, as each costs every insert: a query that names one of them lists every
// value of the other.
taskSchema.index({ tenant: 1, kind: 1, priority: 1, createdAt: -1, _id: -1 })
// Few tasks have an error: the others cost nothing here.
taskSchema.index(
  { tenant: 1, 'error.code': 1, createdAt: -1, _id: -1 },
  { partialFilterExpression: { 'error.code': { $type: 'string' } } },
)
taskSchema.index(
  { tenant: 1, 'idempotency.key': 1 },
  { unique: true, partialFilterExpression: { 'idempotency.key': { $type: 'string' } } },
)
taskSchema.index(
  { tenant: 1, batchId: 1, createdAt: -1, _id: -1 },
  { partialFilterExpression: { batchId: { $type: 'string' } } },
)
taskSchema.index({ 'files.path': 1 })
taskSchema.index({ 'images.path': 1 })
// Only tasks that still need looking after are in this index, however many there are in all.
taskSchema.index({ nextCheckAt: 1 }, { partialFilterExpression: { nextCheckAt: { $type: 'date' } } })
taskSchema.index({ 'source.sha256': 1 }, { partialFilterExpression: { nextCheckAt: { $type: 'date' } } })
taskSchema.index({ lateAt: 1 }, { partialFilterExpression: { nextCheckAt: { $type: 'date' } } })
taskSchema.index({ status: 1, expiresAt: 1 })
taskSchema.index({ purgeAt: 1 }, { partialFilterExpression: { purgeAt: { $type: 'date' } } })
taskSchema.index({ removeAt: 1 }, { partialFilterExpression: { removeAt: { $type: 'date' } } })

/** The collection of tasks, for the stores: one model a connection. */
export const taskModel = (connection: Connection): Model<TaskDocument> =>
  (connection.models['Task'] as Model<TaskDocument> | undefined) ?? connection.model<TaskDocument>('Task', taskSchema)

/** Tasks that list one of these files, by the name of the list in this release or the last. */
export const listing = (paths: readonly string[]) => ({
  $or: [{ 'files.path': { $in: [...paths] } }, { 'images.path': { $in: [...paths] } }],
})

/** Equality with a text, as a partial index on texts wants to hear it. */
export const isText = (text: string): { $eq: string; $type: 'string' } => ({ $eq: text, $type: 'string' })

export const toObjectId = (id: string): Types.ObjectId => new Types.ObjectId(id)

export function toRecord(document: TaskDocument): TaskRecord
export function toRecord(document: TaskDocument | null): TaskRecord | undefined
export function toRecord(document: TaskDocument | null): TaskRecord | undefined {
  if (!document) return undefined
  const { _id, images = [], files = images.map(toStoredFile), result = {}, ...record } = document
  return { id: _id.toHexString(), ...record, files, result }
}
