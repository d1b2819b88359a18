import { setTimeout as pause } from 'node:timers/promises'
import { parseJobId } from '@darkroom/contracts'
import {
  compareEventIds,
  createQueueEventStream,
  failedEvent,
  type QueueEvent,
  type QueueEventPage,
  type TaskQueue,
} from '@darkroom/messaging'
import type { Logger } from '@darkroom/runtime'
import type { Redis } from 'ioredis'
import pLimit from 'p-limit'
import type { Send } from '../send.ts'
import { isStoreOutage } from '../mongo/store-outage.ts'
import { UpdateTaskStatus } from '../applying/update-task-status.ts'
import { completionOf } from './job-outcome.ts'
import { KeptJobs } from './kept-jobs.ts'
import { OutageLog } from '../ground/outage-log.ts'

const RETRY_MS = 1000
/**
 * How often an event that fails for a reason other than an outage is tried before it is left to the
 * sweeper.
 */
const TRIES = 5
const APPLIED_AT_ONCE = 16
const SAVE_EVERY_MS = 1000
const TRIM_EVERY_MS = 3_600_000
const FROM_THE_START = '0-0'

const LOGGED: Readonly<Record<string, string>> = {
  waiting: 'waiting',
  active: 'active',
  stalled: 'stalled: its worker was lost',
}

/**
 * Reads the queue's event stream from where it was last applied, so that results are applied even
 * if no API was running or the channel was down when their jobs ended. Only this listener reports
 * final failures, as only the queue knows that no attempt follows.
 *
 * A page is applied before the next one is read, and the cursor moves with it. So the stream is
 * read only as fast as it is applied, at most one page is in memory, and an outage of the store
 * pauses the reading.
 */
export class QueueEventsListener {
  readonly #deps
  readonly #cursorKey: string
  readonly #reader: Redis
  readonly #stream
  readonly #stopping = new AbortController()
  readonly #kept: Record<'completed' | 'failed', KeptJobs>
  readonly #outage: OutageLog
  readonly #limit = pLimit(APPLIED_AT_ONCE)
  #running: Promise<void> | undefined
  /** Every event up to this one has been applied. */
  #applied = FROM_THE_START
  #movedAt = performance.now()
  #appliedUntil = 0
  #savedAt = 0
  #trimmedAt = Number.NEGATIVE_INFINITY
  /** More events are waiting than a page holds, or the current ones cannot be applied now. */
  #behind = false
  /** Events may have been missed, and this has not been repaired yet. */
  #gap = false
  /** Where the cursor was at the last check for a gap, or where the stream ended if there was one. */
  #checked = FROM_THE_START

  constructor(deps: { redis: Redis; queue: TaskQueue; send: Send; log: Logger; now: () => number }) {
    const { redis, queue, log, now } = deps
    const { names } = queue
    this.#deps = deps
    this.#cursorKey = `${names.prefix}:${names.queue}:applied-event`
    this.#reader = redis.duplicate({ lazyConnect: true })
    this.#reader.on('error', () => {}) // the original connection logs the same outage
    this.#stream = createQueueEventStream(this.#reader, names)
    this.#kept = {
      completed: new KeptJobs(queue, queue.policy.keepCompleted, now),
      failed: new KeptJobs(queue, queue.policy.keepFailed, now),
    }
    this.#outage = new OutageLog(log, 'applying queue events failed; reading is paused until it works')
  }

  /**
   * Whether more events are waiting than can be applied: other sources of the same events should
   * hold back.
   */
  get isBehind(): boolean {
    return this.#behind
  }

  /** Whether every event up to this one has been applied. */
  hasApplied(eventId: string): boolean {
    return compareEventIds(this.#applied, eventId) >= 0
  }

  /**
   * Every event that was in the stream by this time (ms since 1970) has been applied; 0 until that
   * is known.
   */
  get appliedUntil(): number {
    return this.#appliedUntil
  }

  /** How long nothing has been read and applied, in ms; an idle stream counts as read. */
  get stuckMs(): number {
    return performance.now() - this.#movedAt
  }

  /** Waits for Redis, however long it is unreachable, and reads until `stop`. */
  async start(): Promise<void> {
    const stored = await this.#deps.redis.get(this.#cursorKey)
    // How far events were applied is unknown: Redis is new, or has lost this together with the
    // queue.
    this.#gap = stored === null
    this.#applied = this.#checked = stored ?? FROM_THE_START
    this.#deps.log.debug({ after: this.#applied }, 'reading queue events')
    this.#running = this.#run()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#reader.disconnect()
    await this.#running
    // Without Redis the cursor cannot be saved, and the next process reads some events again.
    if (this.#deps.redis.status === 'ready') await this.#save()
  }

  /**
   * Calls `repair` if events may have been missed: the stream was trimmed beyond the cursor, or
   * Redis lost it. Then the only way to find out is to look up the job of every unfinished task. A
   * failed repair is tried again at the next call.
   */
  async repairGap(repair: () => Promise<void>): Promise<void> {
    if (this.#running === undefined || this.#stopping.signal.aborted) return
    await this.#lookForGap()
    if (!this.#gap) return
    await repair()
    this.#gap = false
  }

  /**
   * There is no gap if the stream begins before the position of the cursor at the last check, or is
   * complete and read from its start: everything in between was read, or still can be. A stream that
   * is missing or ends before the cursor is another one, and is read from its start.
   */
  async #lookForGap(): Promise<void> {
    const applied = this.#applied
    const ends = await this.#deps.queue.eventEnds()
    const checked = this.#checked
    this.#checked = applied
    if (checked === FROM_THE_START) {
      this.#gap ||= ends?.isTrimmed ?? false
      return
    }
    if (ends && compareEventIds(ends.first, checked) <= 0 && compareEventIds(ends.last, checked) >= 0) return
    this.#gap = true
    // The repair makes up for everything up to here.
    this.#checked = ends?.last ?? FROM_THE_START
    if (!ends || compareEventIds(ends.last, applied) < 0) this.#applied = this.#checked = FROM_THE_START
  }

  async #run(): Promise<void> {
    const { log } = this.#deps
    const trouble = new OutageLog(log, 'reading queue events failed; trying again')
    while (!this.#stopping.signal.aborted) {
      try {
        const from = this.#applied
        const readAt = this.#deps.now()
        const page = await unlessAborted(this.#stopping.signal, this.#stream.readAfter(from))
        this.#behind = page.full
        // A stream that is read slowly may be trimmed ahead of the reader.
        if (page.full) await this.#lookForGap()
        await this.#apply(page)
        // Unless the stream has been found to be another one meanwhile.
        const last = page.events.at(-1)
        if (last && !this.#stopping.signal.aborted && this.#applied === from) this.#applied = last.id
        this.#movedAt = performance.now()
        this.#behind = page.full
        if (!page.full && !this.#gap) this.#appliedUntil = readAt
        await this.#trimOlder()
        if (performance.now() - this.#savedAt > SAVE_EVERY_MS) await this.#save()
        trouble.worked()
      } catch (error) {
        if (this.#stopping.signal.aborted) return
        trouble.failed(error)
        await this.#pause()
      }
    }
  }

  /**
   * Resolves when all events of the page are applied, however long the store is unreachable, or on
   * `stop`.
   */
  async #apply({ events }: QueueEventPage): Promise<void> {
    for (const { name, fields, id } of events)
      if (LOGGED[name]) this.#deps.log.debug({ jobId: fields['jobId'], eventId: id }, LOGGED[name])
    const ends = events.filter(({ name }) => name === 'completed' || name === 'failed')
    let left = ends
    for (let tries = 1; left.length > 0 && !this.#stopping.signal.aborted; tries++) {
      left = await this.#tryAll(left, tries)
      if (left.length === 0) break
      this.#behind = true
      await this.#pause()
    }
    if (left.length > 0 || ends.length === 0) return
    this.#outage.worked()
    for (const name of ['completed', 'failed'] as const) {
      const jobIds = ends.flatMap((event) => (event.name === name ? (event.fields['jobId'] ?? []) : []))
      await this.#kept[name].applied(jobIds).catch(() => {}) // they are trimmed by age instead
    }
  }

  /**
   * Returns the events that could not be applied. After the first failure the ones after it are not
   * tried.
   */
  async #tryAll(events: readonly QueueEvent[], tries: number): Promise<QueueEvent[]> {
    const { log } = this.#deps
    let away = false
    const outcomes = events.map((event) =>
      this.#limit(async () => {
        if (away || this.#stopping.signal.aborted) return event
        try {
          await (event.name === 'completed' ? this.#completed(event) : this.#failed(event))
          return undefined
        } catch (error) {
          away ||= isStoreOutage(error)
          if (!isStoreOutage(error) && tries >= TRIES) {
            log.error(
              { eventId: event.id, jobId: event.fields['jobId'], err: error },
              'queue event not applied: left to the sweeper',
            )
            return undefined
          }
          this.#outage.failed(error, { eventId: event.id })
          return event
        }
      }),
    )
    return (await Promise.all(outcomes)).filter((event) => event !== undefined)
  }

  async #completed({ fields: { jobId = '', returnvalue } }: QueueEvent): Promise<void> {
    const event = completionOf(parseJson(returnvalue))
    if (event) await this.#deps.send(new UpdateTaskStatus(event))
    else if (parseJobId(jobId)) this.#deps.log.error({ jobId }, 'job completed without a valid result')
  }

  async #failed({ fields: { jobId = '' } }: QueueEvent): Promise<void> {
    const { queue, send, now } = this.#deps
    const id = parseJobId(jobId)
    if (!id) return
    const job = await queue.find(id.taskId, id.epoch)
    // Not in the queue, or running again: a later event or the sweeper will tell the outcome.
    if (job?.finishedOn && job.failedReason) await send(new UpdateTaskStatus(failedEvent(job, now())))
  }

  async #trimOlder(): Promise<void> {
    if (this.#appliedUntil === 0 || performance.now() - this.#trimmedAt < TRIM_EVERY_MS) return
    this.#trimmedAt = performance.now()
    for (const name of ['completed', 'failed'] as const) await this.#kept[name].trimOlder(name, this.#appliedUntil)
  }

  /**
   * Losing the cursor only means a longer replay, in which nothing takes effect twice. It stays where
   * it is until a gap is repaired: if this process dies before, the next one finds the gap again.
   */
  async #save(): Promise<void> {
    this.#savedAt = performance.now()
    if (!this.#gap) await this.#deps.redis.set(this.#cursorKey, this.#applied)
  }

  #pause(): Promise<void> {
    return pause(RETRY_MS, undefined, { signal: this.#stopping.signal }).catch(() => {})
  }
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}

/** If a connection is closed while it waits to reconnect, its pending commands never settle. */
function unlessAborted<T>(signal: AbortSignal, answer: Promise<T>): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const abort = (): void => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  return promise
}
