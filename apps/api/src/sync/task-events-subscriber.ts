import type { TaskEvent } from '@darkroom/contracts'
import { subscribeTaskEvents } from '@darkroom/messaging'
import type { Logger } from '@darkroom/runtime'
import type { Redis } from 'ioredis'
import type { Send } from '../send.ts'
import type { TaskFeed } from '../following/task-feed.ts'
import { UpdateTaskStatus } from '../applying/update-task-status.ts'
import { OutageLog } from '../ground/outage-log.ts'

/**
 * These were published by an API process after its own write: there is nothing left to do for them.
 */
const OWN_EVENTS: readonly TaskEvent['eventType'][] = ['task.created', 'task.failed', 'task.cancelled', 'task.expired']

/**
 * Events in hand at a time. What comes beyond them is left to the queue's event stream, which waits
 * until it is read.
 */
const IN_HAND_MAX = 1000

/**
 * Turns what workers say on the channel into commands. This is the fast carrier and may lose
 * messages; what it loses comes by the queue's event stream or the sweeper.
 */
export class TaskEventsSubscriber {
  readonly #deps
  readonly #handling = new Set<Promise<unknown>>()
  readonly #outage: OutageLog
  #draining = false

  constructor(deps: {
    redis: Redis
    channel: string
    send: Send
    feed: TaskFeed
    /**
     * The event stream has more to apply than comes in: it brings the results in their order, and
     * all the rest would hold it up.
     */
    isBehind: () => boolean
    log: Logger
  }) {
    this.#deps = deps
    this.#outage = new OutageLog(deps.log, 'applying task events failed; the event stream delivers their results again')
  }

  async start(): Promise<void> {
    const { redis, channel, log } = this.#deps
    await subscribeTaskEvents(redis, channel, {
      onEvent: (event) => this.#handle(event),
      onInvalid: (message) => log.warn({ message }, 'invalid task event ignored'),
    })
  }

  /**
   * Ends when what was received is handled. What comes from now on is left to other processes, and
   * to the event stream.
   */
  async drain(): Promise<void> {
    this.#draining = true
    await Promise.allSettled(this.#handling)
  }

  #handle(event: TaskEvent): void {
    if (this.#draining) return
    const { feed, isBehind } = this.#deps
    // Another process did it: those who follow the task here do not know of it yet. Of all others
    // the command tells them.
    if (OWN_EVENTS.includes(event.eventType)) return feed.changed(event.tenant, event.taskId)
    if (event.eventType === 'task.progress') feed.progressed(event)
    if (isBehind() || this.#handling.size >= IN_HAND_MAX) return
    const handled = this.#apply(event)
    this.#handling.add(handled)
    void handled.finally(() => this.#handling.delete(handled))
  }

  async #apply(event: TaskEvent): Promise<void> {
    try {
      await this.#deps.send(new UpdateTaskStatus(event))
      this.#outage.worked()
    } catch (error) {
      this.#outage.failed(error, { taskId: event.taskId, event: event.eventType })
    }
  }
}
