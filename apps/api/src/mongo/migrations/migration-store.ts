import type { Connection, mongo } from 'mongoose'
import { READ_TIMEOUT_MS } from '../connect-mongo.ts'
import type { Migration } from './migration.ts'

/** How far a migration has come: a document per migration, from its first claim on. */
export interface MigrationState {
  _id: Migration['id']
  state: 'running' | 'done'
  /** The process that runs it; null after that has stopped. */
  owner: string | null
  /** Increases with every batch: the owner is dead if this does not change any more. */
  beat: number
  /** The id of the last document of the last batch; null before the first. */
  position: unknown
  /** Documents checked and changed so far, and all of the collection when it started. */
  checked: number
  changed: number
  total: number
  startedAt: Date
  finishedAt: Date | null
}

/** The result of one batch. */
export interface Batch {
  position: unknown
  checked: number
  changed: number
}

const DUPLICATE_KEY = 11000

/** The state of the migrations in MongoDB, and the documents that they change. */
export class MigrationStore {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** The states of these migrations; those that have not started are left out. */
  states(ids: readonly string[]): Promise<MigrationState[]> {
    return this.#states.find({ _id: { $in: [...ids] } }, { maxTimeMS: READ_TIMEOUT_MS }).toArray()
  }

  /** Claims a migration that no process has claimed yet: the first insert wins. */
  async begin(id: string, owner: string, total: number): Promise<boolean> {
    try {
      const counts = { checked: 0, changed: 0, total }
      const times = { startedAt: new Date(), finishedAt: null }
      await this.#states.insertOne({ _id: id, state: 'running', owner, beat: 0, position: null, ...counts, ...times })
      return true
    } catch (error) {
      if ((error as { code?: unknown }).code === DUPLICATE_KEY) return false
      throw error
    }
  }

  /** Claims a migration whose owner has not shown any sign of life since `beat`. */
  takeOver(id: string, owner: string, beat: number): Promise<MigrationState | null> {
    return this.#change({ _id: id, state: 'running', beat }, { $set: { owner }, $inc: { beat: 1 } })
  }

  /** Records a batch and renews the claim; null if another process has taken over. */
  record(id: string, owner: string, { position, checked, changed }: Batch): Promise<MigrationState | null> {
    return this.#change({ _id: id, owner }, { $set: { position }, $inc: { beat: 1, checked, changed } })
  }

  /** Null if another process has taken over. */
  finish(id: string, owner: string): Promise<MigrationState | null> {
    return this.#change({ _id: id, owner }, { $set: { state: 'done', owner: null, finishedAt: new Date() } })
  }

  /** Lets another process go on immediately. */
  async release(id: string, owner: string): Promise<void> {
    await this.#change({ _id: id, owner }, { $set: { owner: null } })
  }

  /** About how many documents there are. */
  size({ collection }: Migration): Promise<number> {
    return this.#connection.collection(collection).estimatedDocumentCount({ maxTimeMS: READ_TIMEOUT_MS })
  }

  /** The ids of the next documents after a position, outdated or not. */
  async next({ collection }: Migration, after: unknown, limit: number): Promise<unknown[]> {
    const filter = after === null ? {} : { _id: { $gt: after as never } }
    const options = { projection: { _id: 1 }, maxTimeMS: READ_TIMEOUT_MS }
    const cursor = this.#connection.collection(collection).find(filter, options).sort({ _id: 1 }).limit(limit)
    const found = await cursor.toArray()
    return found.map(({ _id }) => _id)
  }

  /** Changes those of these documents that are outdated. */
  async apply({ collection, outdated, up }: Migration, ids: readonly unknown[]): Promise<number> {
    const filter = { _id: { $in: ids as never[] }, ...outdated }
    return (await this.#connection.collection(collection).updateMany(filter, up)).modifiedCount
  }

  /** How many of these documents are outdated. */
  countOutdated({ collection, outdated }: Migration, ids: readonly unknown[]): Promise<number> {
    const filter = { _id: { $in: ids as never[] }, ...outdated }
    return this.#connection.collection(collection).countDocuments(filter, { maxTimeMS: READ_TIMEOUT_MS })
  }

  #change(
    filter: mongo.Filter<MigrationState>,
    update: mongo.UpdateFilter<MigrationState>,
  ): Promise<MigrationState | null> {
    return this.#states.findOneAndUpdate(filter, update, { returnDocument: 'after' })
  }

  get #states() {
    return this.#connection.collection<MigrationState>('migrations')
  }
}
