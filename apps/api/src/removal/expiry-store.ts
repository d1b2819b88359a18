import type { TaskStatus } from '@darkroom/contracts'
import type { Connection, QueryFilter } from 'mongoose'
import { listing, taskModel, toObjectId, toRecord, type TaskDocument } from '../tasks/task-model.ts'
import { endsBefore, type TaskRecord } from '../tasks/task.ts'

/** A cancelled task may still be checked, but will not list files any more. */
const UNFINISHED: TaskStatus[] = ['pending', 'processing']

/** Expiring and deleted tasks, of all tenants. */
export class ExpiryStore {
  readonly #tasks

  constructor(connection: Connection) {
    this.#tasks = taskModel(connection)
  }

  /** Tasks whose files have expired. */
  dueToExpire(now: Date, limit: number, skip = 0): Promise<TaskRecord[]> {
    const filter = { status: { $in: [...endsBefore('expired')] }, expiresAt: { $lte: now, $type: 'date' as const } }
    return this.#oldestFirst(filter, 'expiresAt', limit, skip)
  }

  /** Expired tasks whose files are due to be removed. */
  dueToPurge(now: Date, limit: number, skip = 0): Promise<TaskRecord[]> {
    const filter = { purgeAt: { $lte: now, $type: 'date' as const } }
    return this.#oldestFirst(filter, 'purgeAt', limit, skip)
  }

  /**
   * Some of the files cannot be removed yet. `failures` counts the failed tries; files that are
   * only waited for do not count.
   */
  async postponePurge(id: string, purgeAt: Date, failures = 0): Promise<void> {
    await this.#tasks.updateOne(
      { _id: toObjectId(id), purgeAt: { $ne: null } },
      { $set: { purgeAt, purgeFailures: failures } },
    )
  }

  /** All files of the task have been removed. */
  async markPurged(id: string, now: Date): Promise<void> {
    await this.#tasks.updateOne(
      { _id: toObjectId(id), status: 'expired' },
      { $set: { purgeAt: null, purgedAt: now, files: [], images: [] }, $unset: { purgeFailures: 1 } },
    )
  }

  /** Records that are due to be removed, and whose files are gone. */
  dueToRemove(now: Date, limit: number, skip = 0): Promise<TaskRecord[]> {
    const filter = { removeAt: { $lte: now, $type: 'date' as const }, purgeAt: null }
    return this.#oldestFirst(filter, 'removeAt', limit, skip)
  }

  /** Removes a record for good. Its files must be gone. */
  async remove(id: string): Promise<boolean> {
    const { deletedCount } = await this.#tasks.deleteOne({ _id: toObjectId(id), status: 'expired', purgeAt: null })
    return deletedCount === 1
  }

  async #oldestFirst(
    filter: QueryFilter<TaskDocument>,
    field: keyof TaskDocument,
    limit: number,
    skip: number,
  ): Promise<TaskRecord[]> {
    const found = await this.#tasks
      .find(filter)
      .sort({ [field]: 1 })
      .skip(skip)
      .limit(limit)
      .lean<TaskDocument[]>()
    return found.map((document) => toRecord(document))
  }

  /** Whether a task with available files lists this one. */
  async isLive(path: string): Promise<boolean> {
    return (await this.#tasks.exists({ ...listing([path]), status: 'completed' })) !== null
  }

  /** Whether there is a document of this task, deleted or not. */
  async isKnown(id: string): Promise<boolean> {
    return (await this.#tasks.exists({ _id: toObjectId(id) })) !== null
  }

  /**
   * Whether a task with this original is unfinished: it may have found a file made from it, and
   * list it at any moment.
   */
  async isWorkingOn(sha256: string): Promise<boolean> {
    const filter = { 'source.sha256': sha256, nextCheckAt: { $type: 'date' as const }, status: { $in: UNFINISHED } }
    return (await this.#tasks.exists(filter)) !== null
  }

  /** Whether any task created before `createdBefore` is unfinished. */
  async isAnyUnfinished(createdBefore: Date): Promise<boolean> {
    const filter = {
      nextCheckAt: { $type: 'date' as const },
      createdAt: { $lte: createdBefore },
      status: { $in: UNFINISHED },
    }
    return (await this.#tasks.exists(filter)) !== null
  }
}
