import { MAX_COUNTED, type ListedTask, type TaskPage } from '@darkroom/contracts'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { isStoreBusy } from '../../mongo/store-outage.ts'
import { pageOf, startOf, type PageRequest } from '../list-page.ts'
import type { TaskCache } from '../task-cache.ts'
import type { TaskFilter, TaskStore } from '../task-store.ts'
import type { TaskViews } from '../task-view.ts'

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

  async handle({ filter, page }: ListTasks): Promise<TaskPage> {
    const start = startOf(page)
    // One more than the page shows, to know whether there is a next page.
    const load = async (): Promise<ListedTask[]> =>
      (await this.#store.list(filter, start, page.limit + 1)).map(this.#views.listed)
    const [found, counted] = await Promise.all([
      isAskedOften(filter, page) ? this.#cache.list(filter, page, load) : load(),
      this.#cache.count(filter, () => this.#count(filter)),
    ])
    return pageOf(page, found, counted)
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
  { createdFrom, createdTo, batchId, album, code, workerId, q }: TaskFilter,
  { page, cursor }: PageRequest,
): boolean =>
  page === 1 &&
  cursor === undefined &&
  [createdFrom, createdTo, batchId, album, code, workerId, q].every((value) => value === undefined)
