import type { TaskEvent } from '@darkroom/contracts'
import { subscribeTaskEvents } from '@darkroom/messaging'
import type { Logger } from '@darkroom/runtime'
import type { Redis } from 'ioredis'
import type { Send } from '../mediator.ts'
import type { TaskFeed } from '../tasks/task-feed.ts'
import { UpdateTaskStatus } from '../tasks/update-task-status.ts'

/** These were published by an API process after its own write: there is nothing left to do for them. */
const OWN_EVENTS: readonly TaskEvent['eventType'][] = ['task.created', 'task.failed', 'task.cancelled', 'task.expired']

/**
 * Turns what workers say on the channel into commands. This is the fast carrier and may lose messages; what it loses
 * comes by the queue's event stream or the sweeper.
 */
export class TaskEventsSubscriber {
  readonly #deps
  readonly #handling = new Set<Promise<unknown>>()
  #draining = false

  constructor(deps: { redis: Redis; channel: string; send: Send; feed: TaskFeed; log: Logger }) {
    this.#deps = deps
  }

  async start(): Promise<void> {
    const { redis, channel, log } = this.#deps
    await subscribeTaskEvents(redis, channel, {
      onEvent: (event) => this.#handle(event),
      onInvalid: (message) => log.warn({ message }, 'not a task event'),
    })
  }

  /** Ends when what was received is handled. What comes from now on is left to other processes, and to the event stream. */
  async drain(): Promise<void> {
    this.#draining = true
    await Promise.allSettled(this.#handling)
  }

  #handle(event: TaskEvent): void {
    if (this.#draining) return
    const { feed, log } = this.#deps
    if (event.eventType === 'task.progress') feed.progressed(event)
    const handled = this.#apply(event).catch((error: unknown) =>
      log.warn({ taskId: event.taskId, event: event.eventType, err: error }, 'event not applied; another carrier brings it again'),
    )
    this.#handling.add(handled)
    void handled.finally(() => this.#handling.delete(handled))
  }

  async #apply(event: TaskEvent): Promise<void> {
    const { send, feed } = this.#deps
    // Another process did it: those who follow the task here do not know of it yet. Of all others the command tells them.
    if (OWN_EVENTS.includes(event.eventType)) feed.changed(event.tenant, event.taskId)
    else await send(new UpdateTaskStatus(event))
  }
}
