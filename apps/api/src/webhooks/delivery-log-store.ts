import type { Connection, QueryFilter } from 'mongoose'
import type { DeliveryRecord } from './delivery-record.ts'
import { deliveryModel, toDelivery, type DeliveryDocument } from './delivery-store.ts'

/** The filters of a list. */
export interface DeliveryFilter {
  tenant: string
  webhookId: string
  state?: DeliveryRecord['state'] | undefined
  event?: string | undefined
  taskId?: string | undefined
}

/** Deliveries in MongoDB, for people who look at them and send them again. */
export class DeliveryLogStore {
  readonly #deliveries

  constructor(connection: Connection) {
    this.#deliveries = deliveryModel(connection)
  }

  /** Whether anything created since then was delivered. */
  async hasDelivered(tenant: string, webhookId: string, since: Date): Promise<boolean> {
    const filter = { tenant, webhookId, createdAt: { $gte: since }, state: 'delivered' as const }
    return (await this.#deliveries.exists(filter)) !== null
  }

  async find(tenant: string, webhookId: string, id: string): Promise<DeliveryRecord | undefined> {
    return toDelivery(await this.#deliveries.findOne({ _id: id, tenant, webhookId }).lean<DeliveryDocument>())
  }

  /** Newest first. */
  async list(
    { tenant, webhookId, ...equal }: DeliveryFilter,
    after: { createdAt: Date; id: string } | undefined,
    limit: number,
  ): Promise<DeliveryRecord[]> {
    const given = Object.fromEntries(Object.entries(equal).filter(([, value]) => value !== undefined))
    const start = after && {
      createdAt: { $lte: after.createdAt },
      $or: [{ createdAt: { $lt: after.createdAt } }, { createdAt: after.createdAt, _id: { $lt: after.id } }],
    }
    const found = await this.#deliveries
      .find({ tenant, webhookId, ...given, ...start } as QueryFilter<DeliveryDocument>)
      .sort({ createdAt: -1, _id: -1 })
      .limit(limit)
      .lean<DeliveryDocument[]>()
    return found.map((document) => toDelivery(document))
  }

  /** Sends one again, whatever became of it. */
  async resend(tenant: string, webhookId: string, id: string, now: Date): Promise<DeliveryRecord | undefined> {
    return toDelivery(
      await this.#deliveries
        .findOneAndUpdate({ _id: id, tenant, webhookId }, again(now), { returnDocument: 'after' })
        .lean<DeliveryDocument>(),
    )
  }

  /** Sends those again that ended like this. Returns their number. */
  async resendAll(
    { tenant, webhookId }: Pick<DeliveryRecord, 'tenant'> & { webhookId: string },
    { from, to, state }: { from: Date; to: Date; state: 'failed' | 'delivered' },
    now: Date,
  ): Promise<number> {
    const filter = { tenant, webhookId, createdAt: { $gte: from, $lt: to }, state }
    return (await this.#deliveries.updateMany(filter, again(now))).modifiedCount
  }
}

const again = (now: Date) => ({ $set: { state: 'waiting' as const, made: 0, nextAt: now, claim: null, endedAt: null } })
