import { TASK_STATUSES, type StatusCounts } from '@darkroom/contracts'
import type { Connection } from 'mongoose'
import { isText, taskModel, toObjectId, toRecord, type TaskDocument } from '../tasks/task-model.ts'
import type { TaskRecord } from '../tasks/task.ts'

/** The photos of albums, in MongoDB: their tasks. */
export class PhotoStore {
  readonly #tasks

  constructor(connection: Connection) {
    this.#tasks = taskModel(connection)
  }

  /** The album of a photo: null if it has none; undefined if there is no such photo. */
  async albumOf(tenant: string, id: string): Promise<string | null | undefined> {
    const found = await this.#tasks
      .findOne({ _id: toObjectId(id), tenant })
      .select({ source: 1 })
      .lean<Pick<TaskDocument, 'source'>>()
    return found ? albumIn(found) : undefined
  }

  /** Photos by id, of one tenant; unknown ones are left out. */
  async byIds(tenant: string, ids: readonly string[]): Promise<Map<string, TaskRecord>> {
    const found = await this.#tasks
      .find({ _id: { $in: ids.map(toObjectId) }, tenant })
      .select({ log: 0 })
      .lean<TaskDocument[]>()
    return new Map(found.map((document) => [document._id.toHexString(), toRecord(document)]))
  }

  /** The number of photos in each status, each counted up to `atMost`. */
  async counts(tenant: string, album: string, atMost: number): Promise<StatusCounts> {
    const ofAlbum = { tenant, 'source.album': isText(album) }
    const counted = TASK_STATUSES.map(
      async (status) => [status, await this.#tasks.countDocuments({ ...ofAlbum, status }, { limit: atMost })] as const,
    )
    return Object.fromEntries(await Promise.all(counted)) as StatusCounts
  }

  /** When the newest photo of each album was uploaded, by name: up to `atMost` albums, in that order. */
  async albums(tenant: string, atMost: number): Promise<Map<string, Date>> {
    const newest = new Map<string, Date>()
    for (let last = ''; newest.size < atMost;) {
      const photo = await this.#tasks
        .findOne({ tenant, 'source.album': { $gt: last, $type: 'string' } })
        .sort({ 'source.album': 1, _id: -1 })
        .select({ 'source.album': 1, createdAt: 1 })
        .lean<Pick<TaskDocument, 'source' | 'createdAt'>>()
      const album = photo && albumIn(photo)
      if (!album) break
      newest.set(album, photo.createdAt)
      last = album
    }
    return newest
  }

  /** The completed photos of an album after this one, in the order of their ids. */
  async completedAfter(tenant: string, album: string, after: string, limit: number): Promise<TaskRecord[]> {
    const filter = {
      tenant,
      'source.album': isText(album),
      status: 'completed' as const,
      ...(after && { _id: { $gt: toObjectId(after) } }),
    }
    const found = await this.#tasks.find(filter).sort({ _id: 1 }).limit(limit).select({ log: 0 }).lean<TaskDocument[]>()
    return found.map((document) => toRecord(document))
  }

  /** Photos of all tenants whose readings are not searchable yet, although they should be. */
  async due(now: Date, limit: number, skip = 0): Promise<TaskRecord[]> {
    const found = await this.#tasks
      .find({ readingsDueAt: { $lte: now, $type: 'date' } })
      .sort({ readingsDueAt: 1 })
      .skip(skip)
      .limit(limit)
      .select({ log: 0 })
      .lean<TaskDocument[]>()
    return found.map((document) => toRecord(document))
  }

  /** The readings of this version are searchable. Returns false if the task has changed since. */
  async settle({ id, tenant, rev }: TaskRecord): Promise<boolean> {
    const { matchedCount } = await this.#tasks.updateOne(
      { _id: toObjectId(id), tenant, rev },
      { $set: { readingsDueAt: null } },
    )
    return matchedCount === 1
  }
}

/** The album that a photo was uploaded to. */
export const albumIn = ({ source }: Pick<TaskRecord, 'source'>): string | null =>
  'album' in source && typeof source.album === 'string' ? source.album : null
