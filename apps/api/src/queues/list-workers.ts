import type { TaskQueue } from '@darkroom/messaging'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { askQueue } from './ask-queue.ts'

/** A worker, and the queue whose jobs it takes. */
export interface QueueWorkerState {
  id: string
  queue: string
  kind: TaskQueue['kind']['kind']
  slots: number
  since: Date
}

/** The connected workers of all queues. */
export class ListWorkers extends RequestData<QueueWorkerState[]> {}

export class ListWorkersHandler implements RequestHandler<ListWorkers, QueueWorkerState[]> {
  readonly #queues: readonly TaskQueue[]

  constructor(deps: { queues: readonly TaskQueue[] }) {
    this.#queues = deps.queues
  }

  async handle(): Promise<QueueWorkerState[]> {
    const ofEach = await Promise.all(this.#queues.map(workersOf))
    return ofEach.flat()
  }
}

async function workersOf(queue: TaskQueue): Promise<QueueWorkerState[]> {
  const workers = await askQueue(() => queue.workers())
  return workers.map(({ id, slots, connectedMs }) => ({
    ...{ id, queue: queue.name, kind: queue.kind.kind, slots },
    since: new Date(Date.now() - connectedMs),
  }))
}
