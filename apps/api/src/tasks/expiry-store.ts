import type { Connection } from 'mongoose'
import { taskModel, toObjectId, toRecord, type TaskDocument } from './task-model.ts'
import { endsBefore, type TaskRecord } from './task.ts'

/** Tasks on their way out: of all tenants, and of those that were deleted. */
export class ExpiryStore {
  readonly #tasks

  constructor(connection: Connection) {
    this.#tasks = taskModel(connection)
  }

  /** Tasks whose files have reached their age. */
  async dueToExpire(now: Date, limit: number): Promise<TaskRecord[]> {
    const filter = { status: { $in: [...endsBefore('expired')] }, expiresAt: { $lte: now, $type: 'date' as const } }
    return (await this.#tasks.find(filter).limit(limit).lean<TaskDocument[]>()).map((document) => toRecord(document))
  }

  /** Expired tasks whose files are due to be removed. */
  async dueToPurge(now: Date, limit: number): Promise<TaskRecord[]> {
    const filter = { purgeAt: { $lte: now, $type: 'date' as const } }
    return (await this.#tasks.find(filter).limit(limit).lean<TaskDocument[]>()).map((document) => toRecord(document))
  }

  /** Some of the files cannot be removed yet. */
  async postponePurge(id: string, purgeAt: Date): Promise<void> {
    await this.#tasks.updateOne({ _id: toObjectId(id), purgeAt: { $ne: null } }, { $set: { purgeAt } })
  }

  /** Nothing is left of the task's files. */
  async markPurged(id: string, now: Date): Promise<void> {
    await this.#tasks.updateOne({ _id: toObjectId(id), status: 'expired' }, { $set: { purgeAt: null, purgedAt: now, images: [] } })
  }

  /** Records whose time is over, and whose files are gone. */
  async dueToRemove(now: Date, limit: number): Promise<TaskRecord[]> {
    const filter = { removeAt: { $lte: now, $type: 'date' as const }, purgeAt: null }
    return (await this.#tasks.find(filter).limit(limit).lean<TaskDocument[]>()).map((document) => toRecord(document))
  }

  /** Removes a record for good. Its files must be gone. */
  async remove(id: string): Promise<boolean> {
    const { deletedCount } = await this.#tasks.deleteOne({ _id: toObjectId(id), status: 'expired', purgeAt: null })
    return deletedCount === 1
  }

  /** Whether a task whose files can be had lists this one. */
  async isLive(path: string): Promise<boolean> {
    return (await this.#tasks.exists({ 'images.path': path, status: 'completed' })) !== null
  }

  /** Whether an unfinished task writes its variants to this folder: it may have found a file there, and list it any moment. */
  async isWorkingOn(imageName: string): Promise<boolean> {
    return (await this.#tasks.exists({ imageName, nextCheckAt: { $type: 'date' } })) !== null
  }
}
