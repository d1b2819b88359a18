import type { TaskPage } from '@darkroom/contracts'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { AppError } from '../app-error.ts'
import type { TaskCache } from './task-cache.ts'
import type { PageStart, TaskFilter, TaskStore } from './task-store.ts'
import { toTaskView } from './task-view.ts'

export interface PageRequest {
  page: number
  limit: number
  cursor?: string | undefined
}

/** A page of a tenant's tasks, newest first, with the total of the filter. */
export class ListTasks extends RequestData<TaskPage> {
  readonly filter: TaskFilter
  readonly page: PageRequest

  constructor(filter: TaskFilter, page: PageRequest) {
    super()
    this.filter = filter
    this.page = page
  }
}

export class ListTasksHandler implements RequestHandler<ListTasks, TaskPage> {
  readonly #store: TaskStore
  readonly #cache: TaskCache

  constructor(deps: { store: TaskStore; cache: TaskCache }) {
    this.#store = deps.store
    this.#cache = deps.cache
  }

  async handle({ filter, page: request }: ListTasks): Promise<TaskPage> {
    const { page, limit, cursor } = request
    const start: PageStart = cursor ? { after: parseCursor(cursor) } : { skip: (page - 1) * limit }
    const [found, total] = await Promise.all([
      // One more than is shown tells whether there is a next page.
      this.#cache.list(filter, request, async () => (await this.#store.list(filter, start, limit + 1)).map(toTaskView)),
      this.#cache.count(filter, () => this.#store.count(filter)),
    ])
    const items = found.slice(0, limit)
    const last = items.at(-1)
    return { items, page, limit, total, nextCursor: last && found.length > limit ? formatCursor(last) : null }
  }
}

/** Where the next page starts: behind the last task shown, whatever was added or removed meanwhile. */
const formatCursor = (last: { createdAt: string; id: string }): string =>
  Buffer.from(`${Date.parse(last.createdAt).toString(36)}.${last.id}`).toString('base64url')

function parseCursor(cursor: string): { createdAt: Date; id: string } {
  const [, time, id] = /^([0-9a-z]{1,10})\.([0-9a-f]{24})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? []
  const createdAt = new Date(Number.parseInt(time ?? '', 36))
  if (id && !Number.isNaN(createdAt.getTime())) return { createdAt, id }
  throw new AppError(400, 'INVALID_QUERY', 'The cursor is not one of ours: take it from `nextCursor` of the page before.', {
    errors: [{ pointer: '/cursor', detail: 'not a cursor' }],
  })
}
