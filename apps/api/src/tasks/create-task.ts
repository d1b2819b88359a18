import { randomUUID } from 'node:crypto'
import { imageNameOf, originalKey, type Task, type TaskKind, type TaskPriority } from '@darkroom/contracts'
import type { PublishTaskEvent } from '@darkroom/messaging'
import type { DiskStorage } from '@darkroom/storage'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { eventSeq } from '@darkroom/contracts'
import type { Dispatch } from './dispatch.ts'
import type { TaskCache } from './task-cache.ts'
import { newTaskId, type TaskStore } from './task-store.ts'
import type { TaskRecord } from './task.ts'
import { toTaskView } from './task-view.ts'

export interface NewTask {
  tenant: string
  kind: TaskKind
  priority: TaskPriority
  /** As the client calls it, cleaned of control characters and folders. */
  name: string
  metadata: Record<string, unknown>
  ttlSeconds: number
  source: Task['source']
  /** The received bytes, on the same file system as the storage. */
  tempPath: string
}

/** Accepts an upload: when this is answered, the task survives whatever happens next. */
export class CreateTask extends RequestData<Task> {
  readonly task: NewTask

  constructor(task: NewTask) {
    super()
    this.task = task
  }
}

export class CreateTaskHandler implements RequestHandler<CreateTask, Task> {
  readonly #deps

  constructor(deps: {
    store: TaskStore
    storage: DiskStorage
    cache: TaskCache
    dispatch: Dispatch
    publish: PublishTaskEvent
    maxAttempts: number
    dispatchLeaseMs: number
    now: () => number
  }) {
    this.#deps = deps
  }

  async handle({ task: wanted }: CreateTask): Promise<Task> {
    const { store, storage, cache, dispatch, publish } = this.#deps
    const id = newTaskId()
    const originalPath = originalKey(wanted.tenant, id, wanted.source.format)
    // The file first, whole and synced: a document never names a file that is not there.
    await storage.adopt(wanted.tempPath, originalPath)
    const record = this.#record(id, originalPath, wanted)
    try {
      await store.insert(record)
    } catch (error) {
      await storage.remove(originalPath).catch(() => {})
      throw error
    }
    await cache.taskChanged(record.tenant, id)
    void publish(createdEvent(record)).then(() => dispatch(record))
    return toTaskView(record)
  }

  #record(id: string, originalPath: string, wanted: NewTask): TaskRecord {
    const { maxAttempts, dispatchLeaseMs, now } = this.#deps
    const createdAt = new Date(now())
    const { tempPath: _tempPath, ...fields } = wanted
    return {
      id,
      jobId: randomUUID(),
      status: 'pending',
      ...fields,
      imageName: imageNameOf(wanted.name),
      originalPath,
      images: [],
      progress: { stage: 'waiting', percent: 0 },
      attempts: { made: 0, max: maxAttempts, nextAt: null },
      error: null,
      processingTimeMs: null,
      waitMs: null,
      workerId: null,
      startedAt: null,
      finishedAt: null,
      epoch: 1,
      seq: 0,
      rev: 0,
      dispatch: { state: 'due' },
      // Born leased to this process, which dispatches it right now; should it die, a sweep finds the task due.
      nextCheckAt: new Date(now() + dispatchLeaseMs),
      log: [],
      createdAt,
      updatedAt: createdAt,
    }
  }
}

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
