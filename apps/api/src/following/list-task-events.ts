import type { TaskEventPage } from '@darkroom/contracts'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { taskNotFound } from '../app-error.ts'
import type { TaskStore } from '../tasks/task-store.ts'
import { toLogView } from '../tasks/task-view.ts'

/** The events of a task so far, oldest first; at most the latest hundred. Throws TASK_NOT_FOUND. */
export class ListTaskEvents extends RequestData<TaskEventPage> {
  readonly tenant: string
  readonly id: string

  constructor(tenant: string, id: string) {
    super()
    this.tenant = tenant
    this.id = id
  }
}

export class ListTaskEventsHandler implements RequestHandler<ListTaskEvents, TaskEventPage> {
  readonly #store: TaskStore

  constructor(deps: { store: TaskStore }) {
    this.#store = deps.store
  }

  async handle({ tenant, id }: ListTaskEvents): Promise<TaskEventPage> {
    const task = await this.#store.find(tenant, id)
    if (!task) throw taskNotFound()
    return { items: task.log.map(toLogView) }
  }
}
