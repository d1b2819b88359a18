import { HEX_ID, MAX_COUNTED, type ListedTask, type TaskPage } from '@darkroom/contracts'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { AppError } from '../../app-error.ts'
import { fromBase64url } from '../../ground/base64url.ts'
import { isStoreBusy } from '../../mongo/store-outage.ts'
import type { TaskCache } from '../task-cache.ts'
import type { PageStart, TaskFilter, TaskStore } from '../task-store.ts'
import type { TaskViews } from '../task-view.ts'

export interface PageRequest {
  page: number
  limit: number
  cursor?: string | undefined
}

/**
 * A page of a tenant's tasks, newest first or in the order of a batch, with the total number of
 * matching tasks.
 */
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
  readonly #views: TaskViews

  constructor(deps: { store: TaskStore; cache: TaskCache; views: TaskViews }) {
    this.#store = deps.store
    this.#cache = deps.cache
    this.#views = deps.views
  }

  async handle({ filter, page: request }: ListTasks): Promise<TaskPage> {
    const { page, limit, cursor } = request
    const start: PageStart = cursor ? { after: parseCursor(cursor) } : { skip: (page - 1) * limit }
    // One more than the page shows, to know whether there is a next page.
    const load = async (): Promise<ListedTask[]> =>
      (await this.#store.list(filter, start, limit + 1)).map(this.#views.listed)
    const [found, counted] = await Promise.all([
      isAskedOften(filter, request) ? this.#cache.list(filter, request, load) : load(),
      this.#cache.count(filter, () => this.#count(filter)),
    ])
    const items = found.slice(0, limit)
    const last = items.at(-1)
    const nextCursor = last && found.length > limit ? formatCursor(last) : null
    return {
      items,
      page,
      limit,
      ...totalOf({ start, found: found.length, isLast: nextCursor === null, counted }),
      nextCursor,
    }
  }

  async #count(filter: TaskFilter): Promise<number> {
    try {
      return await this.#store.count(filter, MAX_COUNTED + 1)
    } catch (error) {
      if (isStoreBusy(error)) return UNCOUNTED
      throw error
    }
  }
}

/** Counting took too long: the page only shows a lower bound. */
const UNCOUNTED = -1

/**
 * Other pages are too varied, and too rarely requested again within the TTL, to be worth caching.
 */
const isAskedOften = (
  { createdFrom, createdTo, batchId, code, workerId, q }: TaskFilter,
  { page, cursor }: PageRequest,
): boolean =>
  page === 1 &&
  cursor === undefined &&
  [createdFrom, createdTo, batchId, code, workerId, q].every((value) => value === undefined)

/**
 * The cached count may be 45 s old, and is limited. The page itself is current, and the last page
 * shows the exact total.
 */
function totalOf(seen: {
  start: PageStart
  found: number
  isLast: boolean
  counted: number
}): Pick<TaskPage, 'total' | 'totalIsExact'> {
  const { start, found, isLast, counted } = seen
  const before = 'skip' in start ? start.skip : 0
  const atLeast = found > 0 ? before + found : 0
  const showsTheEnd = isLast && 'skip' in start && (found > 0 || before === 0)
  if (showsTheEnd) return { total: atLeast, totalIsExact: true }
  return {
    total: Math.max(atLeast, Math.min(counted, MAX_COUNTED)),
    totalIsExact: counted >= atLeast && counted <= MAX_COUNTED,
  }
}

/**
 * Where the next page starts: after the last task shown, whatever was added or removed meanwhile.
 */
export const formatCursor = (last: { createdAt: string; id: string }): string =>
  Buffer.from(`${Date.parse(last.createdAt).toString(36)}.${last.id}`).toString('base64url')

const CURSOR = new RegExp(`^([0-9a-z]{1,10})\\.(${HEX_ID})$`)

function parseCursor(cursor: string): { createdAt: Date; id: string } {
  const [, time, id] = CURSOR.exec(fromBase64url(cursor)?.toString('latin1') ?? '') ?? []
  const createdAt = new Date(Number.parseInt(time ?? '', 36))
  if (id && !Number.isNaN(createdAt.getTime())) return { createdAt, id }
  throw new AppError('INVALID_QUERY', 'The cursor is invalid: use `nextCursor` of the previous page.', {
    errors: [{ pointer: '/cursor', detail: 'not a cursor' }],
  })
}
