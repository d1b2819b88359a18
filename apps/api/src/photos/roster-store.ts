import type { RosterEntry } from '@darkroom/contracts'
import { Schema, Types, type Connection } from 'mongoose'

/** What is known about a roster without its numbers. */
export interface RosterHead {
  tenant: string
  album: string
  /** Another one for every roster, also after the removal of the last. */
  version: string
  /** The number of its numbers; null: it has been removed. */
  count: number | null
  updatedAt: Date
  /** When to correct the next photos of the album; null: all of them are corrected. */
  applyAt: Date | null
  /** The last photo that was corrected. */
  applyAfter: string
}

/** What people see of it. */
export type RosterOutline = Pick<RosterHead, 'album' | 'count' | 'updatedAt' | 'applyAt'>

/** One document for each album, so that a roster is replaced as a whole or not at all. */
interface RosterDocument extends RosterHead {
  _id: string
  numbers: string[]
  /** In the order of the numbers; empty: without a name. */
  names: string[]
}

const rosterSchema = new Schema<RosterDocument>(
  {
    _id: String,
    tenant: String,
    album: String,
    version: String,
    count: Number,
    numbers: [String],
    names: [String],
    updatedAt: Date,
    applyAt: Date,
    applyAfter: String,
  },
  {
    strict: 'throw',
    strictQuery: 'throw',
    versionKey: false,
    autoIndex: false,
    autoCreate: false,
    collection: 'rosters',
  },
)
rosterSchema.index({ applyAt: 1 }, { partialFilterExpression: { applyAt: { $type: 'date' } } })
// All that a list of albums needs, so that it does not read the numbers.
rosterSchema.index({ tenant: 1, updatedAt: -1, album: 1, count: 1, applyAt: 1 })

const WITHOUT_NUMBERS = { numbers: 0, names: 0, _id: 0 } as const

/** Rosters in MongoDB, with the progress of their application to the photos of the album. */
export class RosterStore {
  readonly #rosters

  constructor(connection: Connection) {
    this.#rosters = connection.model<RosterDocument>('Roster', rosterSchema)
  }

  async prepare(): Promise<void> {
    await this.#rosters.createIndexes()
  }

  /** Also that of a removed roster, until its corrections are undone. */
  async head(tenant: string, album: string): Promise<RosterHead | undefined> {
    const found = await this.#rosters
      .findOne({ _id: idOf(tenant, album) })
      .select(WITHOUT_NUMBERS)
      .lean<RosterHead>()
    return found ?? undefined
  }

  /** The latest rosters of a tenant, without those that were removed. */
  async latest(tenant: string, limit: number): Promise<RosterOutline[]> {
    const found = await this.#rosters
      .find({ tenant })
      .sort({ updatedAt: -1 })
      .limit(limit)
      .select({ _id: 0, album: 1, count: 1, updatedAt: 1, applyAt: 1 })
      .lean<RosterOutline[]>()
    return found.filter(({ count }) => count !== null)
  }

  /** The numbers of a roster, and which version they are; undefined if there is none. */
  async numbers(tenant: string, album: string): Promise<Pick<RosterDocument, 'version' | 'numbers'> | undefined> {
    const found = await this.#rosters
      .findOne({ _id: idOf(tenant, album) })
      .select({ version: 1, count: 1, numbers: 1 })
      .lean<Pick<RosterDocument, 'version' | 'count' | 'numbers'>>()
    return found && found.count !== null ? { version: found.version, numbers: found.numbers } : undefined
  }

  async find(tenant: string, album: string): Promise<(RosterHead & { entries: RosterEntry[] }) | undefined> {
    const found = await this.#rosters.findOne({ _id: idOf(tenant, album) }).lean<RosterDocument>()
    if (!found || found.count === null) return undefined
    const { _id, numbers, names, ...head } = found
    const entries = numbers.map((number, at) => ({ number, ...(names[at] && { name: names[at] }) }))
    return { ...head, entries }
  }

  /** Replaces the roster of an album. All of its photos are to be corrected. */
  async put(tenant: string, album: string, entries: readonly RosterEntry[], now: Date): Promise<RosterHead> {
    const numbers = entries.map(({ number }) => number)
    const names = entries.map(({ name = '' }) => name)
    const state = { version: newVersion(), count: numbers.length, updatedAt: now, applyAt: now, applyAfter: '' }
    const filter = { _id: idOf(tenant, album) }
    await this.#rosters.updateOne(filter, { $set: { tenant, album, numbers, names, ...state } }, { upsert: true })
    return { tenant, album, ...state }
  }

  /** Removes the roster of an album. All corrections are to be undone. Returns whether it had one. */
  async remove(tenant: string, album: string, now: Date): Promise<boolean> {
    const state = { version: newVersion(), count: null, updatedAt: now, applyAt: now, applyAfter: '' }
    const { matchedCount } = await this.#rosters.updateOne(
      { _id: idOf(tenant, album), count: { $ne: null } },
      { $set: { numbers: [], names: [], ...state } },
    )
    return matchedCount === 1
  }

  /** Takes a roster whose album has photos to correct, unless another process has it. */
  async claim(now: Date, leaseMs: number): Promise<RosterHead | undefined> {
    const found = await this.#rosters
      .findOneAndUpdate(
        { applyAt: { $lte: now, $type: 'date' } },
        { $set: { applyAt: new Date(now.getTime() + leaseMs) } },
        { returnDocument: 'after' },
      )
      .sort({ applyAt: 1 })
      .select(WITHOUT_NUMBERS)
      .lean<RosterHead>()
    return found ?? undefined
  }

  /** The photos up to this one are corrected. Returns whether the roster is still the same. */
  async advance({ tenant, album, version }: RosterHead, applyAfter: string, applyAt: Date): Promise<boolean> {
    const { matchedCount } = await this.#rosters.updateOne(
      { _id: idOf(tenant, album), version },
      { $set: { applyAfter, applyAt } },
    )
    return matchedCount === 1
  }

  /** Gives a claimed roster back, to be applied from where it is. */
  async release({ tenant, album, version }: RosterHead, applyAt: Date): Promise<void> {
    await this.#rosters.updateOne({ _id: idOf(tenant, album), version }, { $set: { applyAt } })
  }

  /** All photos are corrected. What is left of a removed roster is removed. */
  async finish({ tenant, album, version, count }: RosterHead): Promise<void> {
    const filter = { _id: idOf(tenant, album), version }
    if (count === null) await this.#rosters.deleteOne(filter)
    else await this.#rosters.updateOne(filter, { $set: { applyAt: null } })
  }
}

const idOf = (tenant: string, album: string): string => `${tenant}/${album}`

const newVersion = (): string => new Types.ObjectId().toHexString()
