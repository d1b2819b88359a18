import type { BatchEventPage } from '@darkroom/contracts'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import type { TaskStore } from '../tasks/task-store.ts'
import { BatchLog } from './batch-log.ts'

/** A page of the events of all tasks of a batch so far, oldest first, after a position. */
export class ListBatchEvents extends RequestData<BatchEventPage> {
  readonly tenant: string
  readonly batchId: string
  readonly after: string | undefined

  constructor(tenant: string, batchId: string, after: string | undefined) {
    super()
    this.tenant = tenant
    this.batchId = batchId
    this.after = after
  }
}

const PAGE = 500

export class ListBatchEventsHandler implements RequestHandler<ListBatchEvents, BatchEventPage> {
  readonly #store: Pick<TaskStore, 'ofBatch'>

  constructor(deps: { store: Pick<TaskStore, 'ofBatch'> }) {
    this.#store = deps.store
  }

  async handle({ tenant, batchId, after }: ListBatchEvents): Promise<BatchEventPage> {
    const log = new BatchLog(after)
    const tasks = await this.#store.ofBatch(tenant, batchId)
    const entries = log.add(new Map(tasks.map((task) => [task.id, { task }])))
    const items = entries.slice(0, PAGE).map((entry) => log.pass(entry).data)
    return { items, next: log.position }
  }
}
