import type { DeadLetterGroup } from '@darkroom/contracts'
import type { Connection } from 'mongoose'
import { isText, taskModel, toObjectId } from '../tasks/task-model.ts'

/** Selects failed tasks, always of one tenant. */
export interface DeadLetterFilter {
  tenant: string
  code?: string | undefined
  createdFrom?: Date | undefined
  createdTo?: Date | undefined
}

/**
 * Tasks that failed for good, in MongoDB: the dead letter queue of a service whose documents are
 * the record. Read-only.
 */
export class DeadLetterStore {
  readonly #tasks

  constructor(connection: Connection) {
    this.#tasks = taskModel(connection)
  }

  /** The newest of them, at most `atMost`, counted by error code, most frequent first. */
  async groups(filter: DeadLetterFilter, atMost: number): Promise<DeadLetterGroup[]> {
    const found = await this.#tasks.aggregate<{ _id: string | null; count: number; last: Date | null }>([
      { $match: queryOf(filter) },
      { $sort: { createdAt: -1, _id: -1 } },
      { $limit: atMost },
      { $group: { _id: '$error.code', count: { $sum: 1 }, last: { $max: '$finishedAt' } } },
    ])
    const groups = found.map(({ _id, count, last }) => ({
      code: _id ?? 'UNKNOWN',
      count,
      lastFailedAt: last?.toISOString() ?? null,
    }))
    return groups.toSorted((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1))
  }

  /** Their number, counted up to `atMost`. */
  async count(filter: DeadLetterFilter, atMost: number): Promise<number> {
    return this.#tasks.countDocuments(queryOf(filter), { limit: atMost })
  }

  /** The ids of the oldest, in the order of their creation. */
  async ids(filter: DeadLetterFilter, limit: number): Promise<string[]> {
    const found = await this.#tasks
      .find(queryOf(filter))
      .sort({ createdAt: 1, _id: 1 })
      .limit(limit)
      .select({ _id: 1 })
      .lean<{ _id: unknown }[]>()
    return found.map(({ _id }) => String(_id))
  }

  /** Which of these ids are failed tasks of the tenant. */
  async failedAmong(tenant: string, ids: readonly string[]): Promise<Set<string>> {
    const found = await this.#tasks
      .find({ _id: { $in: ids.map(toObjectId) }, tenant, status: 'failed' })
      .select({ _id: 1 })
      .lean<{ _id: unknown }[]>()
    return new Set(found.map(({ _id }) => String(_id)))
  }
}

function queryOf({ tenant, code, createdFrom, createdTo }: DeadLetterFilter): object {
  const created = { ...(createdFrom && { $gte: createdFrom }), ...(createdTo && { $lt: createdTo }) }
  return {
    tenant,
    status: 'failed',
    ...(code !== undefined && { 'error.code': isText(code) }),
    ...((createdFrom ?? createdTo) && { createdAt: created }),
  }
}
