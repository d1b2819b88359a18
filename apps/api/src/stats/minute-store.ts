import { Schema, type Connection } from 'mongoose'

/** What ended within a minute: counts and sums. */
export interface Ended {
  completed: number
  failed: number
  bytesIn: number
  bytesOut: number
  waitMs: number
  runMs: number
}
interface MinuteDocument extends Ended {
  /** Tenant and minute. */
  _id: string
  tenant: string
  at: Date
}

/** A day, and the minutes of which only a part belongs to it. */
const MOST_MINUTES = 24 * 60 + 2
const KEPT_SECONDS = 2 * 24 * 3600

const count = { type: Number, default: 0 }
const minuteSchema = new Schema<MinuteDocument>(
  {
    _id: String,
    tenant: { type: String, required: true },
    at: { type: Date, required: true },
    completed: count,
    failed: count,
    bytesIn: count,
    bytesOut: count,
    waitMs: count,
    runMs: count,
  },
  {
    strict: 'throw',
    strictQuery: 'throw',
    versionKey: false,
    autoIndex: false,
    autoCreate: false,
    collection: 'minutes',
  },
)
minuteSchema.index({ tenant: 1, at: 1 })
minuteSchema.index({ at: 1 }, { expireAfterSeconds: KEPT_SECONDS })

/** A graph can do without the last seconds before a power cut. */
const MINUTE_WRITE = { writeConcern: { w: 1, j: false }, ordered: false } as const

/** How many tasks of each tenant ended in each minute. */
export class MinuteStore {
  readonly #minutes

  constructor(connection: Connection) {
    this.#minutes = connection.model('Minute', minuteSchema)
  }

  async prepare(): Promise<void> {
    await this.#minutes.createIndexes()
  }

  /** Adds to what other processes have counted. */
  async add(counted: readonly { tenant: string; at: Date; ended: Ended }[]): Promise<void> {
    const writes = counted.map(({ tenant, at, ended }) => ({
      updateOne: {
        filter: { _id: `${tenant} ${at.toISOString()}` },
        update: { $inc: { ...ended }, $setOnInsert: { tenant, at } },
        upsert: true,
      },
    }))
    await this.#minutes.bulkWrite(writes, MINUTE_WRITE)
  }

  /** Oldest first. */
  async since(tenant: string, since: Date): Promise<({ at: Date } & Ended)[]> {
    return this.#minutes
      .find({ tenant, at: { $gte: since } })
      .sort({ at: 1 })
      .limit(MOST_MINUTES)
      .lean<MinuteDocument[]>()
  }
}
