import { randomUUID } from 'node:crypto'
import {
  eventSeq,
  isPending,
  KINDS,
  imageNameOf,
  originalKey,
  type NotifyFields,
  type AcceptedTask,
  type TaskEstimate,
  type TaskKind,
  type TaskPriority,
  type TaskSource,
} from '@darkroom/contracts'
import type { Tracing } from '@darkroom/runtime/tracing'
import { noneIfMissing, type Storage } from '@darkroom/storage'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { AppError, keyInUse, keyNotFree, storeAway } from '../../app-error.ts'
import type { Announcer } from '../announce.ts'
import type { Dispatch } from '../dispatch.ts'
import type { AssetToCopy } from '../kind.ts'
import { ownFilesOf } from '../own-files.ts'
import { wasNeverSent } from '../../mongo/store-outage.ts'
import { isKeyTaken, newTaskId, type TaskStore } from '../task-store.ts'
import { asAccepted, entryFor, isFinal, lateAt, UNTOUCHED, type TaskRecord } from '../task.ts'
import type { TaskViews } from '../task-view.ts'

export interface NewTask {
  /** For callers that need to know it in advance; must never have been used before. */
  id?: string
  tenant: string
  kind: TaskKind
  priority: TaskPriority
  /** As named by the client, without control characters and folders. */
  name: string
  metadata: Record<string, unknown>
  ttlSeconds: number
  source: TaskSource
  /** By default made of the name. */
  imageName?: string
  /** By default a new UUID. */
  jobId?: string
  /** Of the stored original. */
  extension: string
  /**
   * The received file, on the same file system as the storage; undefined if a worker downloads it.
   */
  tempPath?: string | undefined
  /** That file is ready to be moved into the storage: it is synced. Default false. */
  isPrepared?: boolean
  /** The asset that it uses, if any. */
  asset?: AssetToCopy | undefined
  /** The batch that it was uploaded with. */
  batchId?: string | undefined
  /** Where the end of the task is reported to. */
  callbackUrl?: string | undefined
  /** People who are told of the end of the task. */
  notify?: NotifyFields | undefined
  /** The client's idempotency key, and a digest of the whole request. */
  idempotency?: { key: string; fingerprint: string } | undefined
}

/** How long an idempotency key is valid. */
export const KEY_LIFE_MS = 24 * 3600 * 1000
/**
 * Storing the files and the document seldom takes longer. Meanwhile the janitor may remove the
 * files, since no task refers to them yet.
 */
const SLOW_MS = 1000

/** Accepts an upload: once this resolves, the task survives whatever happens next. */
export class CreateTask extends RequestData<AcceptedTask> {
  readonly task: NewTask

  constructor(task: NewTask) {
    super()
    this.task = task
  }
}

export class CreateTaskHandler implements RequestHandler<CreateTask, AcceptedTask> {
  readonly #deps

  constructor(deps: {
    store: TaskStore
    storage: Storage
    announcer: Announcer
    dispatch: Dispatch
    /** Files were stored whose task may never come to be. */
    onFilesLeft: () => void
    /** From what is already known: an upload does not wait for a query. */
    estimate: (task: NewTask) => TaskEstimate
    views: TaskViews
    /** Of a kind. */
    maxAttempts: (kind: TaskKind) => number
    dispatchLeaseMs: number
    tracing: Pick<Tracing, 'current'>
    now: () => number
  }) {
    this.#deps = deps
  }

  async handle({ task: wanted }: CreateTask): Promise<AcceptedTask> {
    return (await this.#replay(wanted)) ?? (await this.#create(wanted))
  }

  async #create(wanted: NewTask): Promise<AcceptedTask> {
    const { store, storage, announcer, dispatch } = this.#deps
    const { tempPath, asset } = wanted
    const id = wanted.id ?? newTaskId()
    const originalPath = originalKey({
      tenant: wanted.tenant,
      folder: KINDS[wanted.kind].originals,
      taskId: id,
      extension: wanted.extension,
    })
    const begunAt = Date.now()
    // The files first, complete and synced: a document never refers to a missing file.
    if (asset) await this.#copy(asset, asset.key)
    if (tempPath !== undefined) await storage.adopt(tempPath, originalPath, contentOf(wanted))
    let record = this.#record(id, originalPath, wanted)
    try {
      record = await store.insert(record)
    } catch (error) {
      if (!(await this.#wasInserted(record, error))) {
        if (!isKeyTaken(error)) throw error
        const replayed = await this.#replay(wanted)
        if (replayed) return replayed
        // The next try finds the key free.
        throw keyNotFree('task')
      }
    }
    // The process, the machine or the store may have been suspended. A retry with the same key
    // restores the files.
    if (Date.now() - begunAt > SLOW_MS && (await this.#missingFilesOf(record)).length > 0) throw storeAway()
    // On one connection, so subscribers learn of the task before any worker does.
    await announcer.announce(record, createdEvent(record))
    void dispatch(record)
    return this.#deps.views.accepted(record)
  }

  /**
   * An insert whose reply was lost may have been applied: only another write tells. If that fails
   * too, the files are kept, as the insert may yet be applied; the janitor removes them if no
   * document ever appears. Only a rejected command, or one that was never sent, certainly inserted
   * nothing.
   */
  async #wasInserted(record: TaskRecord, error: unknown): Promise<boolean> {
    const { store, storage, onFilesLeft } = this.#deps
    if (!isKeyTaken(error) && !wasNeverSent(error, store.isStandalone)) {
      const isThere = await store.isDurable(record.tenant, record.id).catch(() => false)
      if (!isThere) onFilesLeft()
      return isThere
    }
    await Promise.all(ownFilesOf(record).map((key) => storage.remove(key).catch(() => {})))
    return false
  }

  /**
   * The previous response to this request, if its key is known. Throws IDEMPOTENCY_KEY_REUSED if
   * the key belongs to another request.
   */
  async #replay(wanted: NewTask): Promise<AcceptedTask | undefined> {
    const { tenant, idempotency } = wanted
    if (!idempotency) return undefined
    const { store, now } = this.#deps
    const made = await store.findByIdempotencyKey(tenant, idempotency.key)
    if (!made) return undefined
    const forgottenBefore = new Date(now() - KEY_LIFE_MS)
    if (made.createdAt < forgottenBefore) {
      await store.forgetIdempotencyKey(tenant, idempotency.key, forgottenBefore)
      return undefined
    }
    if (made.idempotency?.fingerprint === idempotency.fingerprint) {
      // Its insert may still be waiting for the disk, or for the other servers.
      if (!(await store.isDurable(tenant, made.id))) throw keyInUse()
      await this.#makeWhole(made, wanted)
      return this.#deps.views.accepted(asAccepted(made))
    }
    throw new AppError('IDEMPOTENCY_KEY_REUSED', 'This Idempotency-Key was used for another request: choose a new one.')
  }

  /**
   * Stores the files again that the janitor removed before the insert was applied: according to the
   * fingerprint the original is the same.
   */
  async #makeWhole(made: TaskRecord, wanted: NewTask): Promise<void> {
    if (isFinal(made.status)) return
    const { tempPath, asset } = wanted
    for (const key of await this.#missingFilesOf(made)) {
      if (key === made.originalPath && tempPath !== undefined)
        await this.#deps.storage.adopt(tempPath, key, contentOf(wanted))
      else if (asset) await this.#copy(asset, key)
    }
  }

  async #missingFilesOf(task: TaskRecord): Promise<string[]> {
    // Its original is not there yet.
    if (isPending(task.source)) return []
    const missing: string[] = []
    for (const key of ownFilesOf(task)) {
      const isThere = this.#deps.storage.stat(key).then(() => true)
      if (!(await isThere.catch((error: unknown) => noneIfMissing(error, false)))) missing.push(key)
    }
    return missing
  }

  async #copy({ open }: AssetToCopy, key: string): Promise<void> {
    await this.#deps.storage.put(key, await open())
  }

  #record(id: string, originalPath: string, wanted: NewTask): TaskRecord {
    const { maxAttempts, dispatchLeaseMs, tracing, now, estimate: estimateOf } = this.#deps
    const trace = tracing.current()
    const createdAt = new Date(now())
    const estimate = estimateOf(wanted)
    const { tempPath: _tempPath, isPrepared: _isPrepared, extension: _extension, asset: _asset, ...given } = wanted
    const { idempotency, batchId, callbackUrl, notify, ...fields } = given
    const record: TaskRecord = {
      ...UNTOUCHED,
      ...fields,
      id,
      jobId: wanted.jobId ?? randomUUID(),
      imageName: wanted.imageName ?? imageNameOf(wanted.name),
      originalPath,
      files: [],
      result: {},
      attempts: { made: 0, max: maxAttempts(wanted.kind), nextAt: null },
      dispatch: { state: 'due' },
      // Initially leased to this process, which dispatches it right now; if it dies, a sweep finds
      // the task due.
      nextCheckAt: new Date(now() + dispatchLeaseMs),
      log: [],
      ...(batchId && { batchId }),
      ...(callbackUrl !== undefined && { callbackUrl }),
      ...(notify && { notify }),
      estimate,
      lateAt: lateAt(createdAt, estimate),
      ...(idempotency && { idempotency }),
      ...(trace && { trace }),
      createdAt,
      updatedAt: createdAt,
    }
    return { ...record, log: [entryFor(createdEvent(record))] }
  }
}

/** What is known of a file that was received. */
const contentOf = ({ source, isPrepared = false }: NewTask) =>
  isPending(source) ? undefined : { bytes: source.bytes, sha256: source.sha256, isSynced: isPrepared }

const createdEvent = (task: TaskRecord) =>
  ({
    eventType: 'task.created',
    taskId: task.id,
    tenant: task.tenant,
    timestamp: task.createdAt.getTime(),
    epoch: task.epoch,
    attempt: 0,
    seq: eventSeq(0, 0),
    kind: task.kind,
    priority: task.priority,
    name: task.name,
  }) as const
