import { Schema, type Connection, type Model } from 'mongoose'
import type { DeliveryRecord, Try } from './delivery-record.ts'

export type DeliveryDocument = Omit<DeliveryRecord, 'id'> & { _id: string }

const deliverySchema = new Schema<DeliveryDocument>(
  {
    _id: String,
    tenant: String,
    channel: String,
    webhookId: String,
    to: String,
    lane: String,
    stream: String,
    epoch: Number,
    seq: Number,
    event: String,
    taskId: String,
    batchId: String,
    messageId: String,
    body: String,
    state: String,
    made: Number,
    tries: [
      new Schema(
        { at: Date, durationMs: Number, status: Number, error: String, response: String },
        { _id: false, strict: 'throw' },
      ),
    ],
    nextAt: Date,
    claim: String,
    createdAt: Date,
    endedAt: Date,
    removeAt: Date,
  } as never,
  {
    strict: 'throw',
    strictQuery: 'throw',
    versionKey: false,
    autoIndex: false,
    autoCreate: false,
    collection: 'deliveries',
  },
)
// These contain only deliveries that have not ended, however many there are.
const OPEN = { partialFilterExpression: { nextAt: { $type: 'date' } } } as const
deliverySchema.index({ nextAt: 1, lane: 1 }, OPEN)
deliverySchema.index({ state: 1, nextAt: 1, lane: 1 }, OPEN)
deliverySchema.index({ stream: 1, epoch: 1, seq: 1 }, OPEN)
deliverySchema.index({ tenant: 1, webhookId: 1, nextAt: 1 }, OPEN)
deliverySchema.index({ tenant: 1, webhookId: 1, createdAt: -1, _id: -1 })
deliverySchema.index({ removeAt: 1 }, { expireAfterSeconds: 0 })

/** The collection for the stores: one model per connection. */
export const deliveryModel = (connection: Connection): Model<DeliveryDocument> =>
  (connection.models['Delivery'] as Model<DeliveryDocument> | undefined) ??
  connection.model<DeliveryDocument>('Delivery', deliverySchema)

const TRIES_KEPT = 20
const INSERT_TRIES = 3
const MOST_LANES = 1000
const isDate = { $type: 'date' as const }
const OLDEST_FIRST = { epoch: 1, seq: 1 } as const

/** Deliveries in MongoDB, for those who send them. Every change of one is a guarded update. */
export class DeliveryStore {
  readonly #deliveries

  constructor(connection: Connection) {
    this.#deliveries = deliveryModel(connection)
  }

  async prepare(): Promise<void> {
    await this.#deliveries.createIndexes()
  }

  /** Those that exist already stay as they are. */
  async insert(records: readonly DeliveryRecord[]): Promise<void> {
    const writes = records.map(({ id, ...record }) => ({
      updateOne: { filter: { _id: id }, update: { $setOnInsert: record }, upsert: true },
    }))
    for (let left = INSERT_TRIES; ; left--) {
      try {
        await this.#deliveries.collection.bulkWrite(writes as never[])
        return
      } catch (error) {
        // Another process inserted one at the same moment.
        if ((error as { code?: unknown }).code !== 11_000 || left === 1) throw error
      }
    }
  }

  /** How many deliveries of each lane are being sent. */
  async sending(now: Date): Promise<Map<string, number>> {
    const found = await this.#deliveries.aggregate<{ _id: string; count: number }>([
      { $match: { state: 'sending', nextAt: { $gt: now, ...isDate } } },
      { $group: { _id: '$lane', count: { $sum: 1 } } },
      { $limit: MOST_LANES },
    ])
    return new Map(found.map(({ _id, count }) => [_id, count]))
  }

  /** Deliveries that are due, in any other than these lanes: longest due first. */
  async due(
    now: Date,
    fullLanes: readonly string[],
    limit: number,
  ): Promise<Pick<DeliveryRecord, 'id' | 'lane' | 'stream'>[]> {
    const found = await this.#deliveries
      .find({ nextAt: { $lte: now, ...isDate }, lane: { $nin: [...fullLanes] } })
      .sort({ nextAt: 1 })
      .limit(limit)
      .select({ lane: 1, stream: 1 })
      .lean<Pick<DeliveryDocument, '_id' | 'lane' | 'stream'>[]>()
    return found.map(({ _id, lane, stream }) => ({ id: _id, lane, stream }))
  }

  /** Reserves deliveries that are still due. Returns the ids of those that this caller has. */
  async claim(ids: readonly string[], claim: string, now: Date, until: Date): Promise<string[]> {
    const _id = { $in: [...ids] }
    const change = { $set: { state: 'sending' as const, nextAt: until, claim } }
    await this.#deliveries.updateMany({ _id, nextAt: { $lte: now } }, change)
    const found = await this.#deliveries.find({ _id, claim }).select({ _id: 1 }).lean<{ _id: string }[]>()
    return found.map((document) => document._id)
  }

  /** Gives back what could not be sent now. */
  async release(ids: readonly string[], claim: string, nextAt: Date): Promise<void> {
    const filter = { _id: { $in: [...ids] }, claim, state: 'sending' as const }
    await this.#deliveries.updateMany(filter, { $set: { state: 'waiting', nextAt, claim: null } })
  }

  /** A delivery, if this claim still holds. */
  async claimed(id: string, claim: string): Promise<DeliveryRecord | undefined> {
    return toDelivery(await this.#deliveries.findOne({ _id: id, claim, state: 'sending' }).lean<DeliveryDocument>())
  }

  /** Notes an attempt before it is made, for what must not be sent twice. */
  async begin({ id, claim, made }: DeliveryRecord): Promise<boolean> {
    const begun = await this.#deliveries.updateOne({ _id: id, claim, made }, { $set: { made: made + 1 } })
    return begun.matchedCount === 1
  }

  /** An earlier delivery of the stream that has not ended, if any. */
  async before({ stream, epoch, seq }: DeliveryRecord): Promise<DeliveryRecord | undefined> {
    const found = await this.#deliveries
      .find({ stream, nextAt: isDate })
      .sort(OLDEST_FIRST)
      .limit(1)
      .lean<DeliveryDocument[]>()
    const first = toDelivery(found[0] ?? null)
    return first && (first.epoch < epoch || (first.epoch === epoch && first.seq < seq)) ? first : undefined
  }

  /** Lets the first open delivery of a stream be due now, after another one has ended. */
  async wakeNext(stream: string, now: Date): Promise<boolean> {
    const woken = await this.#deliveries
      .findOneAndUpdate(
        { stream, nextAt: isDate, state: 'waiting', made: 0 },
        { $set: { nextAt: now } },
        { sort: OLDEST_FIRST },
      )
      .lean()
    return woken !== null
  }

  /** Records an attempt and what follows from it, if the claim still holds. */
  async settle(
    { id, claim, made }: DeliveryRecord,
    attempt: Try,
    then: Pick<DeliveryRecord, 'state' | 'nextAt' | 'endedAt' | 'made'>,
  ): Promise<boolean> {
    const settled = await this.#deliveries.updateOne(
      { _id: id, claim, made },
      { $set: { ...then, claim: null }, $push: { tries: { $each: [attempt], $slice: -TRIES_KEPT } } },
    )
    return settled.matchedCount === 1
  }

  /** All that is waiting for a webhook has failed. */
  async failAll(tenant: string, webhookId: string, now: Date): Promise<void> {
    const end = { $set: { state: 'failed' as const, nextAt: null, claim: null, endedAt: now } }
    await this.#deliveries.updateMany({ tenant, webhookId, nextAt: isDate }, end)
  }

  /** All that is waiting in a stream has failed. */
  async failStream(stream: string, now: Date): Promise<void> {
    const end = { $set: { state: 'failed' as const, nextAt: null, claim: null, endedAt: now } }
    await this.#deliveries.updateMany({ stream, nextAt: isDate }, end)
  }
}

export function toDelivery(document: DeliveryDocument): DeliveryRecord
export function toDelivery(document: DeliveryDocument | null): DeliveryRecord | undefined
export function toDelivery(document: DeliveryDocument | null): DeliveryRecord | undefined {
  if (!document) return undefined
  const { _id, ...record } = document
  return { id: _id, ...record }
}
