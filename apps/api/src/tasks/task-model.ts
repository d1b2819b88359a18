import { Schema, Types, type Connection, type Model } from 'mongoose'
import type { TaskRecord } from './task.ts'

/** A task as it lies in MongoDB. */
export type TaskDocument = Omit<TaskRecord, 'id'> & { _id: Types.ObjectId }

// What is empty stays, too: it is part of what was said.
const NESTED = { _id: false, strict: 'throw', minimize: false } as const
const variantSchema = new Schema(
  { resolution: String, width: Number, height: Number, format: String, size: Number, md5: String, path: String },
  NESTED,
)
const logSchema = new Schema(
  { seq: Number, epoch: Number, attempt: Number, type: String, at: Date, data: Schema.Types.Mixed },
  NESTED,
)

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
    source: {
      type: new Schema(
        {
          bytes: Number,
          format: String,
          width: Number,
          height: Number,
          orientation: Number,
          sha256: String,
          md5: String,
        },
        NESTED,
      ),
    },
    metadata: { type: Schema.Types.Mixed },
    ttlSeconds: { type: Number, required: true },
    images: { type: [variantSchema] },
    progress: { type: new Schema({ stage: String, percent: Number }, NESTED) },
    attempts: { type: new Schema({ made: Number, max: Number, nextAt: Date }, NESTED) },
    error: { type: new Schema({ code: String, message: String, retryable: Boolean }, NESTED), default: null },
    processingTimeMs: { type: Number, default: null },
    waitMs: { type: Number, default: null },
    workerId: { type: String, default: null },
    startedAt: { type: Date, default: null },
    finishedAt: { type: Date, default: null },
    restartedAt: { type: Date, default: null },
    expiresAt: { type: Date, default: null },
    purgeAt: { type: Date, default: null },
    purgeFailures: { type: Number },
    purgedAt: { type: Date, default: null },
    removeAt: { type: Date, default: null },
    epoch: { type: Number, required: true },
    seq: { type: Number, required: true },
    rev: { type: Number, required: true },
    dispatch: { type: new Schema({ state: String }, NESTED) },
    nextCheckAt: { type: Date, default: null },
    log: { type: [logSchema] },
    estimate: { type: new Schema({ p50Ms: Number, p90Ms: Number, position: Number, paused: Boolean }, NESTED) },
    lateAt: { type: Date },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
    idempotency: { type: new Schema({ key: String, fingerprint: String }, NESTED) },
    batchId: { type: String },
    checkedBy: { type: String },
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

/** Equality with a text, as a partial index on texts wants to hear it. */
export const isText = (text: string): { $eq: string; $type: 'string' } => ({ $eq: text, $type: 'string' })

export const toObjectId = (id: string): Types.ObjectId => new Types.ObjectId(id)

export function toRecord(document: TaskDocument): TaskRecord
export function toRecord(document: TaskDocument | null): TaskRecord | undefined
export function toRecord(document: TaskDocument | null): TaskRecord | undefined {
  if (!document) return undefined
  const { _id, ...record } = document
  return { id: _id.toHexString(), ...record }
}
