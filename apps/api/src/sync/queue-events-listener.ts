import { parseJobId } from '@darkroom/contracts'
import type { ImageQueue, RedisNames } from '@darkroom/messaging'
import type { Logger } from '@darkroom/runtime'
import { QueueEvents } from 'bullmq'
import type { Redis } from 'ioredis'
import type { Send } from '../mediator.ts'
import { UpdateTaskStatus } from '../tasks/update-task-status.ts'
import { compareEventIds, EventCursor } from './event-cursor.ts'
import { completedEvent, failedEvent } from './job-outcome.ts'

const RESTART_AFTER_MS = 1000

/**
 * Reads the queue's event stream from where it was last known to be applied, so that results which ended while no API
 * ran, or while the channel was away, are met. It owns final failures: the queue alone knows that no attempt follows.
 */
export class QueueEventsListener {
  readonly #deps
  readonly #cursor: EventCursor
  #events: QueueEvents | undefined
  #restart: NodeJS.Timeout | undefined
  #stopped = true
  /** Events may have gone by unread, and nobody has made up for it yet. */
  #gap = false
  /** Where the stream began when it was last looked at: each beginning behind the cursor is one gap. */
  #seenStart: string | undefined
  readonly #stream: string

  constructor(deps: { redis: Redis; names: RedisNames; queue: ImageQueue; send: Send; log: Logger; now: () => number }) {
    this.#deps = deps
    this.#cursor = new EventCursor(deps.redis, `${deps.names.prefix}:${deps.names.queue}:applied-event`)
    this.#stream = `${deps.names.prefix}:${deps.names.queue}:events`
  }

  async start(): Promise<void> {
    const { redis, names, log } = this.#deps
    this.#stopped = false
    const lastEventId = await this.#cursor.load()
    // Now, for as soon as reading begins the cursor jumps over whatever was trimmed.
    await this.#lookForGap()
    const events = new QueueEvents(names.queue, { connection: redis, prefix: names.prefix, lastEventId, autorun: false })
    this.#events = events
    events.on('error', (error) => log.debug({ err: error }, 'the event stream is not reachable'))
    events.on('waiting', ({ jobId }, id) => this.#note('waiting', jobId, id))
    events.on('active', ({ jobId }, id) => this.#note('active', jobId, id))
    events.on('stalled', ({ jobId }, id) => this.#note('stalled: its worker was lost', jobId, id))
    events.on('completed', ({ jobId, returnvalue }, id) => this.#follow(id, () => this.#completed(jobId, returnvalue)))
    events.on('failed', ({ jobId }, id) => this.#follow(id, () => this.#failed(jobId)))
    // Runs until it is closed; it reconnects by itself.
    void events.run().catch((error: unknown) => log.warn({ err: error }, 'the event stream ended'))
    log.debug({ lastEventId }, 'listening to queue events')
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#restart)
    const closed = this.#events?.close().catch(() => {})
    await this.#cursor.settle()
    // Without Redis there is nothing to say goodbye to; the cursor it has is only older.
    if (this.#deps.redis.status !== 'ready') return
    await closed
    await this.#cursor.save()
  }

  /**
   * Calls `repair` when events may have gone by unread: the stream was trimmed beyond the cursor, or Redis lost it
   * altogether. Then only asking the queue about every unfinished task tells what became of it. A repair that fails is
   * asked for again.
   */
  async repairGap(repair: () => Promise<void>): Promise<void> {
    if (this.#stopped) return
    await this.#lookForGap()
    if (!this.#gap) return
    await repair()
    this.#gap = false
  }

  async #lookForGap(): Promise<void> {
    const { applied } = this.#cursor
    const [first] = await this.#deps.redis.xrange(this.#stream, '-', '+', 'COUNT', 1)
    const start = first?.[0] ?? 'none'
    const missing = first ? compareEventIds(first[0], applied) > 0 : applied !== '0-0'
    if (missing && start !== this.#seenStart) this.#gap = true
    this.#seenStart = start
  }

  #note(state: string, jobId: string, eventId: string): void {
    this.#deps.log.debug({ jobId, eventId }, state)
  }

  /** Handlers are not awaited by BullMQ and must not throw into it. */
  #follow(eventId: string, apply: () => Promise<void>): void {
    // Too late to be done before the stores are left: it stays behind the cursor, for whoever reads on from there.
    if (this.#stopped) return
    const { log } = this.#deps
    void this.#cursor.track(eventId, apply()).catch((error: unknown) => {
      log.warn({ eventId, err: error }, 'queue event not applied: reading on from before it')
      this.#rewind()
    })
  }

  async #completed(jobId: string, returnValue: unknown): Promise<void> {
    const event = completedEvent(returnValue)
    if (event) await this.#deps.send(new UpdateTaskStatus(event))
    else if (parseJobId(jobId)) this.#deps.log.error({ jobId }, 'a job completed without a result that can be read')
  }

  async #failed(jobId: string): Promise<void> {
    const { queue, send, now } = this.#deps
    const id = parseJobId(jobId)
    if (!id) return
    const job = await queue.find(id.taskId, id.epoch)
    // Gone from the queue, or running anew since: whatever became of it is told by a later event or found by the sweeper.
    if (job?.finishedOn && job.failedReason) await send(new UpdateTaskStatus(failedEvent(job, now())))
  }

  /** An event that could not be applied (MongoDB away) stops the reading; it goes on from the cursor, which is before it. */
  #rewind(): void {
    if (this.#stopped || this.#restart) return
    const events = this.#events
    this.#events = undefined
    this.#restart = setTimeout(() => {
      this.#restart = undefined
      if (!this.#stopped) void this.start().catch(() => this.#rewind())
    }, RESTART_AFTER_MS)
    void events?.close().catch(() => {})
  }
}
