import { taskPriority, TASK_ENDS, TASK_KINDS, type TaskStatus } from '@darkroom/contracts'
import { NO_TRACING, type Tracing } from '@darkroom/runtime/tracing'
import { Types, type Connection, type QueryFilter, type UpdateQuery } from 'mongoose'
import type { PageStart } from './list-page.ts'
import {
  isText,
  listing,
  olderThan,
  taskModel,
  toImages,
  toObjectId,
  toRecord,
  type TaskDocument,
} from './task-model.ts'
import { parseSearch, searchWordsOf, type EntryTest } from './search-words.ts'
import { taskRecord } from './task-record.ts'
import type { LogEntry, Move, TaskRecord } from './task.ts'

/** Filters of a list. Every list belongs to one tenant. */
export interface TaskFilter {
  tenant: string
  status?: TaskStatus | readonly TaskStatus[] | undefined
  kind?: TaskRecord['kind'] | undefined
  priority?: TaskRecord['priority'] | undefined
  createdFrom?: Date | undefined
  createdTo?: Date | undefined
  batchId?: string | undefined
  album?: string | undefined
  /** The code of the error. */
  code?: string | undefined
  /** The worker of the last run. */
  workerId?: string | undefined
  /** What a person is looking for. */
  q?: string | undefined
}

/** The state that a write requires. */
export interface Fence {
  id: string
  tenant: string
  epoch: number
  seq: number
  /** Only if its time to live has not been changed. */
  ttlSeconds?: number
  /** Only if nothing has been written since. */
  rev?: number
}

/** Identifies a version of a task: every write increases it. */
export type Revision = Pick<TaskRecord, 'epoch' | 'rev'>

/** What a client may change at any time. */
export type TaskEdit = Partial<Pick<TaskRecord, 'name' | 'metadata' | 'ttlSeconds' | 'expiresAt'>>

/** What may be changed in a photo: its readings, and what a person says about them. */
export type PhotoEdit = Partial<Pick<TaskRecord, 'result' | 'correction'>> & { readingsDueAt: Date }

/**
 * The owner of deleted tasks. Every query names a tenant and none can name this one, so the write
 * that deletes a task also hides it from everyone, and no event can change it any more.
 */
const NOBODY = ''

type Changes = { files?: TaskRecord['files'] } & Record<string, unknown>
type OneTask = QueryFilter<TaskDocument> & { _id: Types.ObjectId; tenant: string }

const LOG_LENGTH = 100
const ENDS: ReadonlySet<LogEntry['type']> = new Set(TASK_ENDS)
const COUNT_TIMEOUT_MS = 1000
const UNFINISHED = ['pending', 'processing'] as const
const NEWEST_FIRST = { createdAt: -1, _id: -1 } as const
/**
 * By id alone the planner might scan all tasks in the order of their ids; the few of a batch are
 * sorted in memory.
 */
const BY_PLACE = { batchId: 1, _id: 1 } as const

export const newTaskId = (): string => new Types.ObjectId().toHexString()

/**
 * Tasks in MongoDB. Every change of a stored task is one guarded update, never a read, a change and
 * a save.
 */
export class TaskStore {
  /** Whether the server is known to be part of nothing larger, so that the driver sends each write once. */
  isStandalone = false
  readonly #tasks
  readonly #onDoubt
  readonly #isWatched
  readonly #changing
  readonly #tracing

  /**
   * @param onDoubt called for a change that failed but may have been applied, or may yet be
   * @param isWatched whether a tenant has webhooks: then every event has to be told
   */
  constructor(
    connection: Connection,
    onDoubt: (tenant: string, id: string) => void = () => {},
    isWatched: (tenant: string) => boolean = () => false,
    tracing: Pick<Tracing, 'span'> = NO_TRACING,
  ) {
    this.#tasks = taskModel(connection)
    this.#onDoubt = onDoubt
    this.#isWatched = isWatched
    this.#tracing = tracing
    const maxTimeMS = connection.get('maxTimeMS') as number | undefined
    this.#changing = { returnDocument: 'after', ignoreUndefined: true, ...(maxTimeMS && { maxTimeMS }) } as const
  }

  async ping(): Promise<void> {
    await this.#tasks.db.asPromise()
    await this.#tasks.db.db?.command({ ping: 1 })
  }

  /** Unfinished tasks of all tenants, counted up to `atMost`. */
  async countUnfinished(atMost: number): Promise<number> {
    const filter = { nextCheckAt: { $type: 'date' as const }, status: { $in: [...UNFINISHED] } }
    return this.#tasks.countDocuments(filter, { limit: atMost })
  }

  /** Unfinished tasks that should have ended long ago, counted up to `atMost`. */
  async countStuck(now: Date, atMost: number): Promise<number> {
    const filter = { lateAt: { $lt: now }, nextCheckAt: { $type: 'date' as const }, status: { $in: [...UNFINISHED] } }
    return this.#tasks.countDocuments(filter, { limit: atMost })
  }

  /** The newest completed tasks of a tenant, newest first. */
  async recentRuns(tenant: string, limit: number): Promise<Pick<TaskRecord, 'kind' | 'source' | 'processingTimeMs'>[]> {
    return this.#tasks
      .find({ tenant, status: 'completed' })
      .sort(NEWEST_FIRST)
      .limit(limit)
      .select({ kind: 1, source: 1, processingTimeMs: 1 })
      .lean<Pick<TaskRecord, 'kind' | 'source' | 'processingTimeMs'>[]>()
  }

  /** Creates missing indexes; safe to run at every start of every replica. */
  async prepare(): Promise<void> {
    await this.#tasks.createIndexes()
    const hello = await this.#tasks.db.db?.command({ hello: 1 })
    this.isStandalone = hello !== undefined && !('setName' in hello) && hello['msg'] !== 'isdbgrid'
  }

  /**
   * Stores a new task. When this returns, the task survives any crash (majority, journaled: set on
   * the connection).
   */
  async insert(given: TaskRecord): Promise<TaskRecord> {
    const task = { ...taskRecord.parse(given), ...this.#marksOf(given) }
    const { id, ...record } = task
    const images = toImages(record.files)
    const words = searchWordsOf(record)
    const document = { _id: new Types.ObjectId(id), ...record, images, words }
    await this.#direct('insertOne', () => this.#tasks.collection.insertOne(document as never))
    return task
  }

  /** A new task is told to webhooks; one that only reports its end is prepared for that. */
  #marksOf({ tenant, callbackUrl, notify, createdAt }: TaskRecord): Pick<TaskRecord, 'tellDueAt' | 'tellIdleAt'> {
    if (this.#isWatched(tenant)) return { tellDueAt: createdAt }
    return callbackUrl !== undefined || notify !== undefined ? { tellIdleAt: createdAt } : {}
  }

  async find(tenant: string, id: string): Promise<TaskRecord | undefined> {
    return toRecord(await this.#tasks.findOne({ _id: new Types.ObjectId(id), tenant }).lean<TaskDocument>())
  }

  /** The versions of these tasks, whatever their tenant; unknown ones are left out. */
  async revisions(ids: readonly string[]): Promise<Map<string, Revision>> {
    const found = await this.#tasks
      .find({ _id: { $in: ids.map(toObjectId) } })
      .select({ epoch: 1, rev: 1 })
      .lean<Pick<TaskDocument, '_id' | 'epoch' | 'rev'>[]>()
    return new Map(found.map(({ _id, epoch, rev }) => [_id.toHexString(), { epoch, rev }]))
  }

  async findByJobId(tenant: string, jobId: string): Promise<TaskRecord | undefined> {
    return toRecord(await this.#tasks.findOne({ jobId, tenant }).lean<TaskDocument>())
  }

  async findByIdempotencyKey(tenant: string, key: string): Promise<TaskRecord | undefined> {
    return toRecord(await this.#tasks.findOne({ tenant, 'idempotency.key': isText(key) }).lean<TaskDocument>())
  }

  /**
   * Whether this task exists and survives a crash. Unlike a read, which also finds what is only in
   * the memory of one server, a write that changes nothing returns when everything before it is
   * durable.
   */
  async isDurable(tenant: string, id: string): Promise<boolean> {
    const { matchedCount } = await this.#tasks.updateOne({ _id: new Types.ObjectId(id), tenant }, { $max: { rev: 0 } })
    return matchedCount > 0
  }

  /** Frees an expired key, so that it can be used again. */
  async forgetIdempotencyKey(tenant: string, key: string, olderThan: Date): Promise<void> {
    const filter = { tenant, 'idempotency.key': isText(key), createdAt: { $lt: olderThan } }
    await this.#tasks.updateOne(filter, { $unset: { idempotency: 1 } })
  }

  /** Which of these ids belong to tasks, of any tenant. */
  async existing(ids: readonly string[]): Promise<Set<string>> {
    const found = await this.#tasks
      .find({ _id: { $in: ids.map(toObjectId) } })
      .select({ _id: 1 })
      .lean<{ _id: Types.ObjectId }[]>()
    return new Set(found.map(({ _id }) => _id.toHexString()))
  }

  /** Which of these files are listed by a task. */
  async listedFiles(paths: readonly string[]): Promise<Set<string>> {
    const found = await this.#tasks
      .find(listing(paths))
      .select({ files: 1, images: 1 })
      .lean<Partial<Pick<TaskDocument, 'files' | 'images'>>[]>()
    return new Set(found.flatMap(({ files = [], images = [] }) => [...files, ...images].map(({ path }) => path)))
  }

  /** Newest first; tasks of a batch in the order of its files. */
  async list(filter: TaskFilter, start: PageStart, limit: number): Promise<TaskRecord[]> {
    const ofBatch = filter.batchId !== undefined
    const behind = ofBatch ? behindPlace : olderThan
    const query = 'after' in start ? { $and: [queryOf(filter), behind(start.after)] } : queryOf(filter)
    const documents = await this.#tasks
      .find(query)
      .sort(ofBatch ? BY_PLACE : NEWEST_FIRST)
      .skip('skip' in start ? start.skip : 0)
      .limit(limit)
      .select({ log: 0, words: 0 })
      .lean<TaskDocument[]>()
    return documents.map((document) => toRecord(document))
  }

  /** All tasks of a batch, with their logs. */
  async ofBatch(tenant: string, batchId: string): Promise<TaskRecord[]> {
    const documents = await this.#tasks.find({ tenant, batchId: isText(batchId) }).lean<TaskDocument[]>()
    return documents.map((document) => toRecord(document))
  }

  async idsOfBatch(tenant: string, batchId: string): Promise<string[]> {
    const found = await this.#tasks
      .find({ tenant, batchId: isText(batchId) })
      .select({ _id: 1 })
      .lean<{ _id: Types.ObjectId }[]>()
    return found.map(({ _id }) => _id.toHexString())
  }

  /** The number of tasks, counted up to `atMost`. A total must not delay its page. */
  async count(filter: TaskFilter, atMost: number): Promise<number> {
    return this.#tasks.countDocuments(queryOf(filter), { limit: atMost, maxTimeMS: COUNT_TIMEOUT_MS })
  }

  /**
   * Applies a move if the fence permits it: same epoch, no later event applied, and a status from
   * which the move is legal.
   * @returns the task after the move; undefined if the move was late, duplicate or illegal, and
   * nothing was changed
   */
  async move(fence: Fence, move: Move): Promise<TaskRecord | undefined> {
    const { id, seq, ...equal } = fence
    const filter = {
      _id: toObjectId(id),
      ...equal,
      seq: { $lt: move.before?.seq ?? seq },
      status: { $in: [...move.from] },
    }
    return this.#write(filter, { ...move.patch, seq }, move.before ? [move.before, move.entry] : [move.entry])
  }

  /** Starts a new epoch unless the task was restarted or deleted since it was read. */
  async restart({ id, tenant, epoch }: TaskRecord, move: Move): Promise<TaskRecord | undefined> {
    return this.#write({ _id: toObjectId(id), tenant, epoch, status: { $in: [...move.from] } }, move.patch, [
      move.entry,
    ])
  }

  /** Changes a task unless anything was written since it was read. */
  async edit(task: TaskRecord, edit: TaskEdit | PhotoEdit): Promise<TaskRecord | undefined> {
    const { id, tenant, epoch, rev } = task
    const words = 'name' in edit || 'metadata' in edit ? { words: searchWordsOf({ ...task, ...edit }) } : {}
    return this.#write({ _id: toObjectId(id), tenant, epoch, rev }, { ...edit, ...words })
  }

  /**
   * Takes a task away from its tenant unless it is being processed. What is left is an expired task
   * without an owner, whose files and record are due for removal.
   */
  async markDeleted({ id, tenant, epoch }: TaskRecord, now: Date): Promise<TaskRecord | undefined> {
    const filter = { _id: toObjectId(id), tenant, epoch, status: { $ne: 'processing' as const } }
    const gone = { tenant: NOBODY, status: 'expired', nextCheckAt: null, purgeAt: now, removeAt: now }
    return this.#change(filter, { $set: gone, $unset: { idempotency: 1 }, $inc: { rev: 1 } })
  }

  /** The time to live of a task's files; undefined if there is no such task. */
  async ttlOf(tenant: string, id: string): Promise<number | undefined> {
    const task = await this.#tasks
      .findOne({ _id: toObjectId(id), tenant })
      .select({ ttlSeconds: 1 })
      .lean<Pick<TaskDocument, 'ttlSeconds'>>()
    return task?.ttlSeconds
  }

  /** One guarded write: it increases `rev` and adds to the log, or changes nothing. */
  async #write(filter: OneTask, changes: Changes, entries: LogEntry[] = []): Promise<TaskRecord | undefined> {
    const now = new Date()
    const isTold = entries.length > 0 && this.#isWatched(filter.tenant)
    // Of a task that reports its end. Without `tellIdleAt` this changes nothing.
    const isEnd = entries.some(({ type }) => ENDS.has(type))
    return this.#change(filter, {
      $set: {
        ...changes,
        ...(changes.files && { images: toImages(changes.files) }),
        ...(isTold && { tellDueAt: now }),
        updatedAt: now,
      },
      $inc: { rev: 1 },
      ...(entries.length > 0 && { $push: { log: { $each: entries, $slice: -LOG_LENGTH } } }),
      ...(isEnd && !isTold && { $rename: { tellIdleAt: 'tellDueAt' } }),
    } as UpdateQuery<TaskDocument>)
  }

  /**
   * A command to the driver itself: mongoose would make a document of each file and each entry of the
   * log. Traced like those of mongoose.
   */
  #direct<T>(operation: string, command: () => Promise<T>): Promise<T> {
    const attributes = { 'db.system': 'mongodb', 'db.operation': operation, 'db.mongodb.collection': 'tasks' }
    return this.#tracing.span(`mongodb.tasks.${operation}`, { kind: 'client', attributes }, command)
  }

  async #change(filter: OneTask, update: UpdateQuery<TaskDocument>): Promise<TaskRecord | undefined> {
    try {
      const changed = await this.#direct('findOneAndUpdate', () =>
        this.#tasks.collection.findOneAndUpdate(filter as never, update as never, this.#changing),
      )
      return toRecord(changed as TaskDocument | null)
    } catch (error) {
      this.#onDoubt(filter.tenant, filter._id.toHexString())
      throw error
    }
  }
}

/** Whether an insert failed because its idempotency key is taken. */
export const isKeyTaken = (error: unknown): boolean => (error as { code?: unknown }).code === 11000

function queryOf({
  createdFrom,
  createdTo,
  code,
  workerId,
  batchId,
  album,
  q,
  ...equal
}: TaskFilter): QueryFilter<TaskDocument> {
  const query: Record<string, unknown> = { tenant: equal.tenant }
  if (equal.status !== undefined) query.status = typeof equal.status === 'string' ? equal.status : { $in: equal.status }
  if (equal.kind ?? equal.priority) {
    query.kind = equal.kind ?? { $in: TASK_KINDS }
    query.priority = equal.priority ?? { $in: taskPriority.options }
  }
  if (batchId !== undefined) query.batchId = isText(batchId)
  if (album !== undefined) query['source.album'] = isText(album)
  if (code !== undefined) query['error.code'] = isText(code)
  if (workerId !== undefined) query.workerId = isText(workerId)
  if (q !== undefined) query.$and = searchFor(q)
  if (createdFrom ?? createdTo)
    query.createdAt = { ...(createdFrom && { $gte: createdFrom }), ...(createdTo && { $lt: createdTo }) }
  return query as QueryFilter<TaskDocument>
}

function searchFor(q: string): QueryFilter<TaskDocument>[] {
  const search = parseSearch(q)
  if ('id' in search) return [{ _id: toObjectId(search.id) }]
  if ('jobId' in search) return [{ jobId: search.jobId }]
  if ('code' in search) return [{ 'error.code': isText(search.code) }]
  // A text without any word matches nothing.
  return search.words.length === 0 ? [{ words: '' }] : search.words.map(entryMatching)
}

/** Beginnings consist of letters and digits, so there is nothing to escape. */
const entryMatching = (test: EntryTest): QueryFilter<TaskDocument> => ({
  words: 'beginning' in test ? new RegExp(`^${test.beginning}`) : { $in: test.anyOf },
})

const behindPlace = ({ id }: { id: string }): QueryFilter<TaskDocument> => ({ _id: { $gt: toObjectId(id) } })
