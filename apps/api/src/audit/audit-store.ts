import { Schema, Types, type Connection } from 'mongoose'
import type { AuditEntry } from '@darkroom/contracts'

export type AuditRecord = Omit<AuditEntry, 'id' | 'at'> & { at: Date }
export type Outcome = Pick<AuditEntry, 'status' | 'request' | 'result'>
type AuditDocument = AuditRecord & { _id: Types.ObjectId }

const KEPT_SECONDS = 90 * 24 * 3600
const AFTER_ALL = 'f'.repeat(24)

const auditSchema = new Schema<AuditDocument>(
  {
    at: { type: Date, required: true },
    tenant: { type: String, required: true },
    keyId: { type: String, default: null },
    address: { type: String, default: null },
    action: { type: String, required: true },
    path: { type: String, default: null },
    request: { type: Schema.Types.Mixed, default: null },
    result: { type: Schema.Types.Mixed, default: null },
    status: { type: Number, default: null },
  } as never,
  {
    strict: 'throw',
    strictQuery: 'throw',
    minimize: false,
    versionKey: false,
    autoIndex: false,
    autoCreate: false,
    collection: 'audit',
  },
)
auditSchema.index({ at: 1 }, { expireAfterSeconds: KEPT_SECONDS })
auditSchema.index({ tenant: 1, _id: -1 })

/** What administrators did. MongoDB removes entries after 90 days; nothing else does. */
export class AuditStore {
  readonly #entries

  constructor(connection: Connection) {
    this.#entries = connection.model('AuditEntry', auditSchema)
  }

  async prepare(): Promise<void> {
    await this.#entries.createIndexes()
  }

  async insert(record: AuditRecord): Promise<string> {
    const _id = new Types.ObjectId()
    await this.#entries.collection.insertOne({ _id, ...record } as never)
    return _id.toHexString()
  }

  /** Only once, when the response was sent. */
  async complete(id: string, outcome: Outcome): Promise<void> {
    await this.#entries.updateOne({ _id: new Types.ObjectId(id), status: null }, { $set: outcome })
  }

  /** Newest first. Without a tenant those of all; `before` is the id of an entry. */
  async list({ tenant, before, limit }: { tenant: string | undefined; before: string | undefined; limit: number }) {
    const filter = { ...(tenant !== undefined && { tenant }), _id: { $lt: new Types.ObjectId(before ?? AFTER_ALL) } }
    const found = await this.#entries.find(filter).sort({ _id: -1 }).limit(limit).lean<AuditDocument[]>()
    return found.map(({ _id, at, ...entry }): AuditEntry => ({ id: _id.toHexString(), at: at.toISOString(), ...entry }))
  }
}
