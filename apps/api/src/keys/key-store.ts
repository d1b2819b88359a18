import type { Scope } from '@darkroom/contracts'
import { Schema, type Connection } from 'mongoose'

export interface KeyRecord {
  id: string
  /** SHA-256 of its secret, which is not stored. */
  hash: string
  tenant: string
  name: string
  scopes: Scope[]
  createdAt: Date
  expiresAt: Date | null
  revokedAt: Date | null
  lastUsedAt: Date | null
}
type KeyDocument = Omit<KeyRecord, 'id'> & { _id: string }

const when = { type: Date, default: null }
const keySchema = new Schema<KeyDocument>(
  {
    _id: String,
    hash: { type: String, required: true },
    tenant: { type: String, required: true },
    name: { type: String, required: true },
    scopes: { type: [String], required: true },
    createdAt: { type: Date, required: true },
    expiresAt: when,
    revokedAt: when,
    lastUsedAt: when,
  },
  { versionKey: false, collection: 'keys' },
)
keySchema.index({ tenant: 1, createdAt: -1 })

const MOST_KEYS = 1000

export class KeyStore {
  readonly #keys

  constructor(connection: Connection) {
    this.#keys = connection.model('Key', keySchema)
  }

  async prepare(): Promise<void> {
    await this.#keys.createIndexes()
  }

  async insert({ id, ...record }: KeyRecord): Promise<void> {
    await this.#keys.create({ _id: id, ...record })
  }

  async find(id: string): Promise<KeyRecord | undefined> {
    return toRecord(await this.#keys.findById(id).lean<KeyDocument>())
  }

  /** The keys of a tenant, newest first. */
  async list(tenant: string): Promise<KeyRecord[]> {
    const found = await this.#keys.find({ tenant }).sort({ createdAt: -1 }).limit(MOST_KEYS).lean<KeyDocument[]>()
    return found.map((document) => toRecord(document) as KeyRecord)
  }

  /** The first revocation counts. */
  async revoke(id: string, at: Date): Promise<void> {
    await this.#keys.updateOne({ _id: id, revokedAt: null }, { $set: { revokedAt: at } })
  }

  /** Lets a key end at this time, unless it is revoked. */
  async expire(id: string, at: Date): Promise<boolean> {
    const { matchedCount } = await this.#keys.updateOne({ _id: id, revokedAt: null }, { $set: { expiresAt: at } })
    return matchedCount > 0
  }

  async noteUse(id: string, at: Date): Promise<void> {
    await this.#keys.updateOne({ _id: id }, { $set: { lastUsedAt: at } })
  }
}

function toRecord(document: KeyDocument | null): KeyRecord | undefined {
  if (!document) return undefined
  const { _id, ...rest } = document
  return { id: _id, ...rest }
}
