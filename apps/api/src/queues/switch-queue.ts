import type { TaskQueue } from '@darkroom/messaging'
import type { Logger } from '@darkroom/runtime'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { queueNamed } from './queue-named.ts'
import { askQueue } from './ask-queue.ts'

/**
 * Pauses a queue, so that workers start no more jobs, or resumes it. Both can be repeated. Throws
 * QUEUE_NOT_FOUND.
 */
export class SwitchQueue extends RequestData<void> {
  readonly name: string
  readonly to: 'paused' | 'running'

  constructor(name: string, to: 'paused' | 'running') {
    super()
    this.name = name
    this.to = to
  }
}

export class SwitchQueueHandler implements RequestHandler<SwitchQueue, void> {
  readonly #deps

  constructor(deps: { queues: readonly TaskQueue[]; log: Logger }) {
    this.#deps = deps
  }

  async handle({ name, to }: SwitchQueue): Promise<void> {
    const queue = queueNamed(this.#deps.queues, name)
    await askQueue(() => (to === 'paused' ? queue.pause() : queue.resume()))
    this.#deps.log.info(
      { queue: name },
      to === 'paused' ? 'queue paused by an operator' : 'queue resumed by an operator',
    )
  }
}
