import type { DeadLetterGroup } from '@darkroom/contracts'
import { Types, type Connection } from 'mongoose'

/** Which failed tasks are meant. Every question belongs to one tenant. */
export interface DeadLetterFilter {
  tenant: string
  code?: string | undefined
  createdFrom?: Date | undefined
  createdTo?: Date | undefined
}

const MAX_MS = 15_000

/** Tasks that failed for good, in MongoDB: what a dead letter queue is where the document is the record. It reads only. */
export class DeadLetterStore {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** By error code, the most frequent first. */
  async groups(filter: DeadLetterFilter): Promise<DeadLetterGroup[]> {
    const found = await this.#tasks
      .aggregate<{ _id: string | null; count: number; last: Date | null }>(
        [{ $match: queryOf(filter) }, { $group: { _id: '$error.code', count: { $sum: 1 }, last: { $max: '$finishedAt' } } }],
        { maxTimeMS: MAX_MS },
      )
      .toArray()
    const groups = found.map(({ _id, count, last }) => ({ code: _id ?? 'UNKNOWN', count, lastFailedAt: last?.toISOString() ?? null }))
    return groups.toSorted((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1))
  }

  async count(filter: DeadLetterFilter): Promise<number> {
    return this.#tasks.countDocuments(queryOf(filter), { maxTimeMS: MAX_MS })
  }

  /** The ids of the oldest, in the order of their creation. */
  async ids(filter: DeadLetterFilter, limit: number): Promise<string[]> {
    const found = await this.#tasks
      .find(queryOf(filter), { projection: { _id: 1 } })
      .sort({ createdAt: 1, _id: 1 })
      .limit(limit)
      .toArray()
    return found.map(({ _id }) => String(_id))
  }

  /** Which of these ids are failed tasks of the tenant. */
  async failedAmong(tenant: string, ids: readonly string[]): Promise<Set<string>> {
    const query = { _id: { $in: ids.map((id) => new Types.ObjectId(id)) }, tenant, status: 'failed' }
    const found = await this.#tasks.find(query, { projection: { _id: 1 } }).toArray()
    return new Set(found.map(({ _id }) => String(_id)))
  }

  get #tasks() {
    return this.#connection.collection('tasks')
  }
}

function queryOf({ tenant, code, createdFrom, createdTo }: DeadLetterFilter): object {
  const created = { ...(createdFrom && { $gte: createdFrom }), ...(createdTo && { $lt: createdTo }) }
  return {
    tenant,
    status: 'failed',
    ...(code !== undefined && { 'error.code': code }),
    ...((createdFrom ?? createdTo) && { createdAt: created }),
  }
}
