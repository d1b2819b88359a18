import { Schema, type Connection } from 'mongoose'
import type { UsageDay } from '@darkroom/contracts'

interface UsageDocument extends UsageDay {
  /** Tenant and day. */
  _id: string
  tenant: string
}
export type Amount = Pick<UsageDay, 'tasks' | 'bytes'>

const usageSchema = new Schema<UsageDocument>(
  {
    _id: String,
    tenant: { type: String, required: true },
    day: { type: String, required: true },
    tasks: { type: Number, default: 0 },
    bytes: { type: Number, default: 0 },
  },
  {
    strict: 'throw',
    strictQuery: 'throw',
    versionKey: false,
    autoIndex: false,
    autoCreate: false,
    collection: 'usage',
  },
)
usageSchema.index({ tenant: 1, day: 1 })

/** A few bytes may be lost with the disk's cache; they are not worth a flush. */
const USAGE_WRITE = { writeConcern: { w: 1, j: false } } as const
const MOST_DAYS = 366

/** What each tenant has uploaded, one document a day. */
export class UsageStore {
  readonly #usage

  constructor(connection: Connection) {
    this.#usage = connection.model('Usage', usageSchema)
  }

  async prepare(): Promise<void> {
    await this.#usage.createIndexes()
  }

  /** Returns the new totals of the day. */
  async add(tenant: string, day: string, { tasks, bytes }: Amount): Promise<Amount> {
    const update = { $inc: { tasks, bytes }, $setOnInsert: { tenant, day } }
    const options = { upsert: true, returnDocument: 'after', ...USAGE_WRITE } as const
    const after = await this.#usage.findOneAndUpdate({ _id: idOf(tenant, day) }, update, options).lean<UsageDocument>()
    return after ?? { tasks, bytes }
  }

  async of(tenant: string, day: string): Promise<Amount> {
    return (await this.#usage.findById(idOf(tenant, day)).lean<UsageDocument>()) ?? { tasks: 0, bytes: 0 }
  }

  /** The days from `from` to `to`, both included, oldest first. */
  async days(tenant: string, { from, to }: { from: string; to: string }): Promise<UsageDay[]> {
    const found = await this.#usage
      .find({ tenant, day: { $gte: from, $lte: to } })
      .sort({ day: 1 })
      .limit(MOST_DAYS)
      .lean<UsageDocument[]>()
    return found.map(({ day, tasks, bytes }) => ({ day, tasks, bytes }))
  }
}

const idOf = (tenant: string, day: string): string => `${tenant} ${day}`
