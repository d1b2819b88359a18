import type { TaskEvent } from '@darkroom/contracts'
import { subscribeTaskEvents } from '@darkroom/messaging'
import type { Logger } from '@darkroom/runtime'
import type { Redis } from 'ioredis'
import type { Send } from '../send.ts'
import type { EventHistory } from '../following/event-history.ts'
import type { TaskFeed } from '../following/task-feed.ts'
import { UpdateTaskStatus } from '../applying/update-task-status.ts'
import { OutageLog } from '../ground/outage-log.ts'

/** Published by an API process after its own write: there is nothing left to apply. */
const OWN_EVENTS: readonly TaskEvent['eventType'][] = ['task.created', 'task.failed', 'task.cancelled', 'task.expired']

/**
 * Events processed concurrently. Any more are left to the queue's event stream, which waits until
 * it is read.
 */
const IN_HAND_MAX = 1000

/**
 * Turns what workers publish on the channel into commands. The channel is fast but may lose
 * messages; these arrive by the queue's event stream or the sweeper.
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
    history: EventHistory
    /**
     * The event stream is behind: it brings the results in order, and anything else would delay it.
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
   * Resolves when all received events are handled. Later ones are left to other processes, and to
   * the event stream.
   */
  async drain(): Promise<void> {
    this.#draining = true
    await Promise.allSettled(this.#handling)
  }

  #handle(event: TaskEvent): void {
    if (this.#draining) return
    const { feed, history, isBehind } = this.#deps
    // Another process wrote it, and followers connected to this one do not know yet. For all other
    // events the command notifies them.
    if (OWN_EVENTS.includes(event.eventType)) {
      feed.changed(event.tenant, event.taskId)
      return history.add(event)
    }
    if (event.eventType === 'task.progress') feed.progressed(event)
    if (isBehind() || this.#handling.size >= IN_HAND_MAX) return
    const handled = this.#apply(event)
    this.#handling.add(handled)
    void handled.finally(() => this.#handling.delete(handled))
  }

  async #apply(event: TaskEvent): Promise<void> {
    try {
      await this.#deps.send(new UpdateTaskStatus(event))
      // By now it was applied, here or by another process: whoever hears of it reads the new state.
      this.#deps.history.add(event)
      this.#outage.worked()
    } catch (error) {
      this.#outage.failed(error, { taskId: event.taskId, event: event.eventType })
    }
  }
}
