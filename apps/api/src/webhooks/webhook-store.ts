import type { ChosenEvent, TaskKind } from '@darkroom/contracts'
import { Schema, Types, type Connection } from 'mongoose'

export interface WebhookSecret {
  secret: string
  /** Null for the newest. */
  expiresAt: Date | null
}

export interface WebhookRecord {
  id: string
  tenant: string
  url: string
  description: string
  events: ChosenEvent[]
  /** Empty means all. */
  kinds: TaskKind[]
  /** Newest first. */
  secrets: WebhookSecret[]
  disabled: { at: Date; reason: string } | null
  createdAt: Date
  updatedAt: Date
}
type WebhookDocument = Omit<WebhookRecord, 'id'> & { _id: Types.ObjectId }
interface CallbackDocument {
  _id: string
  secrets: WebhookSecret[]
}

const NESTED = { _id: false, strict: 'throw' } as const
const OPTIONS = {
  strict: 'throw',
  strictQuery: 'throw',
  minimize: false,
  versionKey: false,
  autoIndex: false,
  autoCreate: false,
} as const
const secretSchema = new Schema({ secret: String, expiresAt: { type: Date, default: null } }, NESTED)
const webhookSchema = new Schema<WebhookDocument>(
  {
    tenant: String,
    url: String,
    description: String,
    events: [String],
    kinds: [String],
    secrets: [secretSchema],
    disabled: { type: new Schema({ at: Date, reason: String }, NESTED), default: null },
    createdAt: Date,
    updatedAt: Date,
  } as never,
  { ...OPTIONS, collection: 'webhooks' },
)
webhookSchema.index({ tenant: 1, createdAt: -1 })
/** By tenant: what the URLs that tasks bring along are signed with. */
const callbackSchema = new Schema<CallbackDocument>(
  { _id: String, secrets: [secretSchema] },
  { ...OPTIONS, collection: 'callbacks' },
)

export const MOST_WEBHOOKS = 50
/** Of all tenants. */
const MOST = 10_000
const FIRST = new Types.ObjectId('0'.repeat(24))

export const newWebhookId = (): string => new Types.ObjectId().toHexString()

/** Webhooks, and the secrets of callbacks, in MongoDB. */
export class WebhookStore {
  readonly #webhooks
  readonly #callbacks

  constructor(connection: Connection) {
    this.#webhooks = connection.model<WebhookDocument>('Webhook', webhookSchema)
    this.#callbacks = connection.model<CallbackDocument>('Callback', callbackSchema)
  }

  async prepare(): Promise<void> {
    await this.#webhooks.createIndexes()
  }

  async insert({ id, ...record }: WebhookRecord): Promise<void> {
    await this.#webhooks.collection.insertOne({ _id: new Types.ObjectId(id), ...record } as never)
  }

  /** Those of all tenants. */
  async all(): Promise<WebhookRecord[]> {
    const found = await this.#webhooks
      .find({ _id: { $gte: FIRST } })
      .sort({ _id: 1 })
      .limit(MOST)
      .lean<WebhookDocument[]>()
    return found.map((document) => toRecord(document))
  }

  /** Newest first. */
  async list(tenant: string): Promise<WebhookRecord[]> {
    const found = await this.#webhooks
      .find({ tenant })
      .sort({ createdAt: -1 })
      .limit(MOST_WEBHOOKS)
      .lean<WebhookDocument[]>()
    return found.map((document) => toRecord(document))
  }

  /** At most one more than are allowed. */
  async count(tenant: string): Promise<number> {
    return this.#webhooks.countDocuments({ tenant }).limit(MOST_WEBHOOKS + 1)
  }

  async find(tenant: string, id: string): Promise<WebhookRecord | undefined> {
    return toRecord(await this.#webhooks.findOne({ _id: new Types.ObjectId(id), tenant }).lean<WebhookDocument>())
  }

  async update(
    tenant: string,
    id: string,
    changes: Partial<Omit<WebhookRecord, 'id' | 'tenant' | 'createdAt'>>,
  ): Promise<WebhookRecord | undefined> {
    return toRecord(
      await this.#webhooks
        .findOneAndUpdate({ _id: new Types.ObjectId(id), tenant }, { $set: changes }, { returnDocument: 'after' })
        .lean<WebhookDocument>(),
    )
  }

  /** Returns undefined if it is switched off already. */
  async disable(tenant: string, id: string, at: Date, reason: string): Promise<WebhookRecord | undefined> {
    const change = { $set: { disabled: { at, reason }, updatedAt: at } }
    return toRecord(
      await this.#webhooks
        .findOneAndUpdate({ _id: new Types.ObjectId(id), tenant, disabled: null }, change, { returnDocument: 'after' })
        .lean<WebhookDocument>(),
    )
  }

  async remove(tenant: string, id: string): Promise<boolean> {
    return (await this.#webhooks.deleteOne({ _id: new Types.ObjectId(id), tenant })).deletedCount === 1
  }

  /** The secrets of the callbacks of a tenant; `fresh` if it has none yet. */
  async callbackSecrets(tenant: string, fresh: WebhookSecret): Promise<WebhookSecret[]> {
    const found = await this.#callbacks
      .findOneAndUpdate(
        { _id: tenant },
        { $setOnInsert: { secrets: [fresh] } },
        { upsert: true, returnDocument: 'after' },
      )
      .lean<CallbackDocument>()
    return found?.secrets ?? [fresh]
  }

  async setCallbackSecrets(tenant: string, secrets: WebhookSecret[]): Promise<void> {
    await this.#callbacks.updateOne({ _id: tenant }, { $set: { secrets } }, { upsert: true })
  }
}

function toRecord(document: WebhookDocument): WebhookRecord
function toRecord(document: WebhookDocument | null): WebhookRecord | undefined
function toRecord(document: WebhookDocument | null): WebhookRecord | undefined {
  if (!document) return undefined
  const { _id, ...record } = document
  return { id: _id.toHexString(), ...record }
}
