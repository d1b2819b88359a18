import { randomBytes } from 'node:crypto'
import { Schema, type Connection } from 'mongoose'

/** An upload that arrives in several requests, from its announcement to its expiry. */
export interface StagedUploadRecord {
  id: string
  tenant: string
  /** The size of the file. */
  bytes: number
  /** What the client stated about it, as text: its name, and the fields of the task. */
  metadata: Record<string, string | null>
  idempotencyKey: string | null
  /** Once this is set, the bytes are no longer needed. */
  taskId: string | null
  createdAt: Date
  expiresAt: Date
}

type StagedUploadDocument = Omit<StagedUploadRecord, 'id'> & { _id: string }

const uploadSchema = new Schema<StagedUploadDocument>(
  {
    _id: { type: String, required: true },
    tenant: { type: String, required: true },
    bytes: { type: Number, required: true },
    metadata: { type: Schema.Types.Mixed, required: true },
    idempotencyKey: { type: String, default: null },
    taskId: { type: String, default: null },
    createdAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
  },
  {
    strict: 'throw',
    strictQuery: 'throw',
    versionKey: false,
    autoIndex: false,
    autoCreate: false,
    // An upload without metadata is one, too.
    minimize: false,
    collection: 'uploads',
  },
)
uploadSchema.index({ expiresAt: 1 })
uploadSchema.index({ tenant: 1, taskId: 1 })

/** Whoever knows it can continue the upload, so it cannot be guessed. */
export const newUploadId = (): string => randomBytes(16).toString('hex')

/** Uploads that arrive in several requests, in MongoDB. */
export class StagedUploadStore {
  readonly #uploads

  constructor(connection: Connection) {
    this.#uploads = connection.model<StagedUploadDocument>('StagedUpload', uploadSchema)
  }

  async prepare(): Promise<void> {
    await this.#uploads.createIndexes()
  }

  async insert({ id, ...record }: StagedUploadRecord): Promise<void> {
    await this.#uploads.collection.insertOne({ _id: id, ...record } as never)
  }

  async find(id: string): Promise<StagedUploadRecord | undefined> {
    return toRecord(await this.#uploads.findOne({ _id: id }).lean<StagedUploadDocument>())
  }

  /** Notes the task that an upload has become. The first one stays. */
  async finish(id: string, taskId: string): Promise<void> {
    await this.#uploads.updateOne({ _id: id, taskId: null }, { $set: { taskId } })
  }

  async remove(id: string): Promise<void> {
    await this.#uploads.deleteOne({ _id: id })
  }

  /** The number of unfinished uploads of a tenant, counted up to a limit. */
  async countOpen(tenant: string, limit: number): Promise<number> {
    return this.#uploads.countDocuments({ tenant, taskId: null }).limit(limit)
  }

  async expired(now: Date, limit: number, skip: number): Promise<StagedUploadRecord[]> {
    const found = await this.#uploads
      .find({ expiresAt: { $lte: now } })
      .sort({ expiresAt: 1 })
      .skip(skip)
      .limit(limit)
      .lean<StagedUploadDocument[]>()
    return found.flatMap((document) => toRecord(document) ?? [])
  }

  /** Which of these uploads there are. */
  async existing(ids: readonly string[]): Promise<Set<string>> {
    const found = await this.#uploads
      .find({ _id: { $in: [...ids] } }, { _id: 1 })
      .limit(ids.length)
      .lean<{ _id: string }[]>()
    return new Set(found.map(({ _id }) => _id))
  }
}

function toRecord(document: StagedUploadDocument | null): StagedUploadRecord | undefined {
  if (!document) return undefined
  const { _id, ...record } = document
  return { id: _id, ...record }
}
