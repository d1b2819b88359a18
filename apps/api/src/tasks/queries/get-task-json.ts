import { JOB_ID_PATTERN, ID_PATTERN } from '@darkroom/contracts'
import { LRUCache } from 'lru-cache'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { taskNotFound } from '../../app-error.ts'
import type { TaskCache } from '../task-cache.ts'
import type { TaskStore } from '../task-store.ts'
import type { TaskViews } from '../task-view.ts'

const ALIASES_KEPT = 10_000

/**
 * One task by its id or its jobId, as the JSON that is sent. Throws TASK_NOT_FOUND, also for a task
 * of another tenant.
 */
export class GetTaskJson extends RequestData<string> {
  readonly tenant: string
  readonly id: string

  constructor(tenant: string, id: string) {
    super()
    this.tenant = tenant
    this.id = id
  }
}

export class GetTaskJsonHandler implements RequestHandler<GetTaskJson, string> {
  readonly #store: TaskStore
  readonly #cache: TaskCache
  readonly #views: TaskViews
  /** A jobId always belongs to the same task, so entries never become outdated. */
  readonly #taskIdByJobId = new LRUCache<string, string>({ max: ALIASES_KEPT })

  constructor(deps: { store: TaskStore; cache: TaskCache; views: TaskViews }) {
    this.#store = deps.store
    this.#cache = deps.cache
    this.#views = deps.views
  }

  async handle({ tenant, id }: GetTaskJson): Promise<string> {
    const asked = id.toLowerCase()
    const taskId = ID_PATTERN.test(asked) ? asked : await this.#taskIdOf(tenant, asked)
    const json = await this.#cache.taskJson(tenant, taskId, async () => {
      const task = await this.#store.find(tenant, taskId)
      return task && this.#views.task(task)
    })
    if (json === undefined) throw taskNotFound()
    return json
  }

  async #taskIdOf(tenant: string, jobId: string): Promise<string> {
    if (!JOB_ID_PATTERN.test(jobId)) throw taskNotFound()
    const alias = `${tenant} ${jobId}`
    const known = this.#taskIdByJobId.get(alias)
    if (known) return known
    const task = await this.#store.findByJobId(tenant, jobId)
    if (!task) throw taskNotFound()
    this.#taskIdByJobId.set(alias, task.id)
    return task.id
  }
}
