import type { QueueLoad } from '@darkroom/contracts'
import type { TaskQueue } from '@darkroom/messaging'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { askQueue } from './ask-queue.ts'
import { queueNamed } from './queue-named.ts'

export type WorkOf = (queue: TaskQueue) => Promise<Omit<QueueLoad, 'queue'>>

/** The work of one queue, for autoscalers. Throws QUEUE_NOT_FOUND. */
export class GetQueueLoad extends RequestData<QueueLoad> {
  readonly name: string

  constructor(name: string) {
    super()
    this.name = name
  }
}

export class GetQueueLoadHandler implements RequestHandler<GetQueueLoad, QueueLoad> {
  readonly #deps

  constructor(deps: { queues: readonly TaskQueue[]; workOf: WorkOf }) {
    this.#deps = deps
  }

  async handle({ name }: GetQueueLoad): Promise<QueueLoad> {
    const queue = queueNamed(this.#deps.queues, name)
    return { queue: name, ...(await askQueue(() => this.#deps.workOf(queue))) }
  }
}
