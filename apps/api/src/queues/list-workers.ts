import type { TaskQueue } from '@darkroom/messaging'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { askQueue } from './ask-queue.ts'

/** A worker, and the queue whose jobs it takes. */
export interface QueueWorkerState {
  id: string
  queue: string
  kind: TaskQueue['kind']['kind']
  slots: number
  version: string | null
  since: Date
}

/** The connected workers of all queues. */
export class ListWorkers extends RequestData<QueueWorkerState[]> {}

export class ListWorkersHandler implements RequestHandler<ListWorkers, QueueWorkerState[]> {
  readonly #queues: readonly TaskQueue[]
  /** As told last, by queue and id. */
  #since = new Map<string, Date>()

  constructor(deps: { queues: readonly TaskQueue[] }) {
    this.#queues = deps.queues
  }

  async handle(): Promise<QueueWorkerState[]> {
    const workers = (await Promise.all(this.#queues.map(workersOf))).flat()
    const told = this.#since
    this.#since = new Map(workers.map((worker) => [keyOf(worker), steady(told.get(keyOf(worker)), worker.since)]))
    return workers.map((worker) => ({ ...worker, since: this.#since.get(keyOf(worker)) ?? worker.since }))
  }
}

async function workersOf(queue: TaskQueue): Promise<QueueWorkerState[]> {
  const workers = await askQueue(() => queue.workers())
  return workers.map(({ id, slots, version, connectedMs }) => ({
    ...{ id, queue: queue.name, kind: queue.kind.kind, slots, version },
    since: new Date(Date.now() - connectedMs),
  }))
}

const keyOf = ({ queue, id }: QueueWorkerState): string => `${queue} ${id}`

/** Redis tells the age of a connection in whole seconds, so its start seems to move within one. */
const steady = (told: Date | undefined, since: Date): Date =>
  told && Math.abs(told.getTime() - since.getTime()) < 2000 ? told : since
