import { DEFAULT_KIND, isThumb, toStoredFile, type StoredFile, type Variant } from '@darkroom/contracts'
import { Schema, Types, type Connection, type Model } from 'mongoose'
import type { Place } from './list-page.ts'
import type { TaskRecord } from './task.ts'

/**
 * A task as stored in MongoDB. `images` repeats its files for API processes of release 0.1, which
 * read and write nothing else: they would fail without it, and remove the files as orphans.
 */
export type TaskDocument = Omit<TaskRecord, 'id'> & { _id: Types.ObjectId; images?: Image[]; words?: string[] }
type Image = Pick<Variant, 'resolution' | 'format' | 'size' | 'md5' | 'path'> & { width?: unknown; height?: unknown }

// Inserts are validated by `taskRecord`, the only description of a task. Queries and updates are
// checked against this schema: an unknown field is an error. Empty objects are kept.
const NESTED = { _id: false, strict: 'throw', minimize: false } as const
const logSchema = new Schema(
  { seq: Number, epoch: Number, attempt: Number, type: String, at: Date, data: Schema.Types.Mixed },
  NESTED,
)
const fileSchema = new Schema(
  { name: String, contentType: String, bytes: Number, md5: String, path: String, facts: Schema.Types.Mixed },
  NESTED,
)
const imageSchema = new Schema(
  { resolution: String, width: Number, height: Number, format: String, size: Number, md5: String, path: String },
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
    images: [imageSchema],
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
    words: [String],
    trace: String,
    correction: Schema.Types.Mixed,
    readingsDueAt: Date,
    callbackUrl: String,
    notify: Schema.Types.Mixed,
    notifyEpoch: Number,
    tellDueAt: Date,
    tellIdleAt: Date,
    told: new Schema({ epoch: Number, seq: Number }, NESTED),
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
// The planner uses a partial index only if the query repeats its condition: `$type` next to the
// value.
taskSchema.index({ jobId: 1 }, { unique: true })
taskSchema.index({ tenant: 1, createdAt: -1, _id: -1 })
taskSchema.index({ tenant: 1, status: 1, createdAt: -1, _id: -1 })
// The words by which people search; tasks of release 0.1 have none.
taskSchema.index({ tenant: 1, words: 1, createdAt: -1, _id: -1 })
// One index for two filters, as each index slows down inserts: a query by one of them lists all
// values of the other.
taskSchema.index({ tenant: 1, kind: 1, priority: 1, createdAt: -1, _id: -1 })
// Few tasks have an error; the others do not take up space here.
taskSchema.index(
  { tenant: 1, 'error.code': 1, createdAt: -1, _id: -1 },
  { partialFilterExpression: { 'error.code': { $type: 'string' } } },
)
// Tasks that have not started are not in it.
taskSchema.index(
  { tenant: 1, workerId: 1, createdAt: -1, _id: -1 },
  { partialFilterExpression: { workerId: { $type: 'string' } } },
)
taskSchema.index(
  { tenant: 1, 'idempotency.key': 1 },
  { unique: true, partialFilterExpression: { 'idempotency.key': { $type: 'string' } } },
)
taskSchema.index(
  { tenant: 1, batchId: 1, createdAt: -1, _id: -1 },
  { partialFilterExpression: { batchId: { $type: 'string' } } },
)
taskSchema.index(
  { tenant: 1, 'source.album': 1, status: 1, _id: 1 },
  { partialFilterExpression: { 'source.album': { $type: 'string' } } },
)
taskSchema.index(
  { tenant: 1, 'source.album': 1, createdAt: -1, _id: -1 },
  { partialFilterExpression: { 'source.album': { $type: 'string' } } },
)
// The newest photo of each album is one step away from that of the album before it.
taskSchema.index(
  { tenant: 1, 'source.album': 1, _id: -1 },
  { partialFilterExpression: { 'source.album': { $type: 'string' } } },
)
taskSchema.index({ readingsDueAt: 1 }, { partialFilterExpression: { readingsDueAt: { $type: 'date' } } })
taskSchema.index({ tellDueAt: 1 }, { partialFilterExpression: { tellDueAt: { $type: 'date' } } })
taskSchema.index({ 'files.path': 1 })
taskSchema.index({ 'images.path': 1 })
// This index only contains tasks that still need checks, however many tasks there are.
taskSchema.index({ nextCheckAt: 1 }, { partialFilterExpression: { nextCheckAt: { $type: 'date' } } })
taskSchema.index({ 'source.sha256': 1 }, { partialFilterExpression: { nextCheckAt: { $type: 'date' } } })
taskSchema.index({ lateAt: 1 }, { partialFilterExpression: { nextCheckAt: { $type: 'date' } } })
taskSchema.index({ status: 1, expiresAt: 1 })
taskSchema.index({ purgeAt: 1 }, { partialFilterExpression: { purgeAt: { $type: 'date' } } })
taskSchema.index({ removeAt: 1 }, { partialFilterExpression: { removeAt: { $type: 'date' } } })

/** The tasks collection for the stores: one model per connection. */
export const taskModel = (connection: Connection): Model<TaskDocument> =>
  (connection.models['Task'] as Model<TaskDocument> | undefined) ?? connection.model<TaskDocument>('Task', taskSchema)

/**
 * Files as release 0.1 stores them. It takes the thumbnail for a third image; otherwise it would
 * remove it as an orphan.
 */
export const toImages = (files: readonly StoredFile[]): Image[] =>
  files.map(({ name, bytes, md5, path, facts: { width, height } = {} }) => ({
    ...{ resolution: name, format: 'jpeg', size: bytes, md5, path },
    ...(width !== undefined && { width, height }),
  }))

/** Tasks that list one of these files, under the field name of this release or the last. */
export const listing = (paths: readonly string[]) => ({
  $or: [{ 'files.path': { $in: [...paths] } }, { 'images.path': { $in: [...paths] } }],
})

/** Equality with a string, in the form that matches a partial index on strings. */
export const isText = (text: string): { $eq: string; $type: 'string' } => ({ $eq: text, $type: 'string' })

/**
 * What comes after a place in a list, newest first. The redundant upper bound lets an index scan
 * start there: the planner does not derive it from the two branches.
 */
export const olderThan = ({ createdAt, id }: Place) => ({
  createdAt: { $lte: createdAt },
  $or: [{ createdAt: { $lt: createdAt } }, { createdAt, _id: { $lt: toObjectId(id) } }],
})

export const toObjectId = (id: string): Types.ObjectId => new Types.ObjectId(id)

export function toRecord(document: TaskDocument): TaskRecord
export function toRecord(document: TaskDocument | null): TaskRecord | undefined
export function toRecord(document: TaskDocument | null): TaskRecord | undefined {
  if (!document) return undefined
  const { _id, images, words: _words, files = [], result = {}, ...record } = document
  // Release 0.1 only knows images, and may have written last: then `files` are those of an earlier
  // run.
  const written = images && record.kind === DEFAULT_KIND ? filesOf(images as Variant[], files) : files
  // Release 0.1 also stored the MD5 of the source.
  const { md5: _md5, ...source } = record.source as TaskRecord['source'] & { md5?: string }
  return { id: _id.toHexString(), ...record, source, files: written, result }
}

/** The thumbnail is described in `files` alone. */
const filesOf = (images: readonly Variant[], files: readonly StoredFile[]): StoredFile[] => [
  ...images.map(toStoredFile).filter((file) => !isThumb(file)),
  ...files.filter(isThumb),
]
