import type { Task } from '@darkroom/contracts'
import type { Logger } from '@darkroom/runtime'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { AppError } from '../../app-error.ts'
import type { Announcer } from '../announce.ts'
import { findTask } from '../find-task.ts'
import { allowsChange, etagOf } from '../task-etag.ts'
import type { TaskEdit, TaskStore } from '../task-store.ts'
import type { TaskViews } from '../task-view.ts'
import type { TaskRecord } from '../task.ts'

/** The changes of an update; each given field replaces the old value as a whole. */
export interface TaskChanges {
  name?: string | undefined
  metadata?: Record<string, unknown> | undefined
  ttlSeconds?: number | undefined
}

/** Updates a task. Throws TASK_NOT_FOUND, PRECONDITION_FAILED, TASK_EXPIRED, TASK_CHANGED. */
export class UpdateTask extends RequestData<Task> {
  readonly tenant: string
  readonly id: string
  readonly changes: TaskChanges
  readonly ifMatch: string | undefined

  constructor(tenant: string, id: string, changes: TaskChanges, ifMatch?: string) {
    super()
    this.tenant = tenant
    this.id = id
    this.changes = changes
    this.ifMatch = ifMatch
  }
}

/**
 * A try fails if the task was written between the read and the write, so one is nearly always
 * enough.
 */
const TRIES = 10

export class UpdateTaskHandler implements RequestHandler<UpdateTask, Task> {
  readonly #deps

  constructor(deps: { store: TaskStore; views: TaskViews; announcer: Announcer; log: Logger }) {
    this.#deps = deps
  }

  async handle({ tenant, id, changes, ifMatch }: UpdateTask): Promise<Task> {
    const { store, views, announcer, log } = this.#deps
    for (let tries = 0; tries < TRIES; tries++) {
      const task = await findTask(store, tenant, id)
      const view = views.task(task)
      if (!allowsChange(ifMatch, etagOf(view))) throw preconditionFailed()
      const edit = editOf(task, changes)
      if (Object.keys(edit).length === 0) return view
      const edited = await store.edit(task, edit)
      if (!edited) continue
      await announcer.announce(edited)
      log.info({ taskId: task.id, fields: Object.keys(edit) }, 'task updated')
      return views.task(edited)
    }
    throw new AppError('TASK_CHANGED', 'The task is changing too quickly at the moment; try again.', {
      headers: { 'Retry-After': '1' },
    })
  }
}

/** The expiry of a finished task moves by as much as its time to live changes. */
function editOf(task: TaskRecord, { name, metadata, ttlSeconds }: TaskChanges): TaskEdit {
  const edit: TaskEdit = { ...(name !== undefined && { name }), ...(metadata !== undefined && { metadata }) }
  if (ttlSeconds === undefined) return edit
  if (task.status === 'expired')
    throw new AppError('TASK_EXPIRED', 'The files of this task have expired; their time to live cannot be changed.')
  const expiresAt = task.expiresAt && new Date(task.expiresAt.getTime() + (ttlSeconds - task.ttlSeconds) * 1000)
  return { ...edit, ttlSeconds, expiresAt }
}

const preconditionFailed = (): AppError =>
  new AppError('PRECONDITION_FAILED', 'The task has changed since you read it: get it again before you update it.')
