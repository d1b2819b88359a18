import type { TaskEvent, TaskEventOf } from '@darkroom/contracts'
import type { Logger } from '@darkroom/runtime'
import type { Tracing } from '@darkroom/runtime/tracing'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import pLimit from 'p-limit'
import type { Announcer } from '../tasks/announce.ts'
import { endTask } from '../tasks/end-task.ts'
import type { TaskStore } from '../tasks/task-store.ts'
import { HeldStarts } from './held-starts.ts'
import type { KnownTtls } from './known-ttls.ts'
import { SettledEvents } from './settled-events.ts'
import { isStoreOutage } from '../mongo/store-outage.ts'
import { moveFor, type Move, type TaskRecord } from '../tasks/task.ts'

/**
 * Applies an event to its task. Pub/Sub, the queue's event stream and the sweeper all send this for
 * the same facts; the first to arrive takes effect, the others change nothing. Returns the changed
 * task, or undefined if nothing has changed.
 */
export class UpdateTaskStatus extends RequestData<TaskRecord | undefined> {
  readonly event: TaskEvent

  constructor(event: TaskEvent) {
    super()
    this.event = event
  }
}

/**
 * Thousands of events may arrive at once (after an outage, from every carrier). They wait here
 * instead of in the driver, where each takes far more memory, and leave some of the store's
 * connections to requests.
 */
const WRITES_AT_ONCE = 16

/** Progress within the first second is only for live followers; it is not worth a write. */
const PROGRESS_WRITE_AFTER_MS = 1000

/** What the end of a run writes beside what its event says: what the worker could not know. */
export type Refine = (event: TaskEventOf<'task.completed'>) => Promise<Move['patch']>

export class UpdateTaskStatusHandler implements RequestHandler<UpdateTaskStatus, TaskRecord | undefined> {
  readonly #deps
  readonly #settled = new SettledEvents()
  readonly #starts: HeldStarts
  readonly #writing = pLimit(WRITES_AT_ONCE)
  /** Writes that found the store down, and the last error. */
  #outages = 0
  #outage: unknown

  constructor(deps: {
    store: TaskStore
    announcer: Announcer
    ttls: KnownTtls
    /** How long a start waits for the end, in ms. */
    holdStartsMs: number
    refine?: Refine
    log: Logger
    tracing: Tracing
    now: () => number
  }) {
    this.#deps = deps
    this.#starts = new HeldStarts(deps.holdStartsMs)
  }

  async handle({ event }: UpdateTaskStatus): Promise<TaskRecord | undefined> {
    const move = moveFor(event, this.#deps.now())
    if (!move || isTooFineToWrite(event)) return undefined
    return this.#settled.once(event, async () => {
      if (event.eventType === 'task.processing' && !(await this.#starts.isStillNews(event))) return undefined
      const { taskId, epoch, attempt } = event
      const attributes = { 'darkroom.task': taskId, 'darkroom.epoch': epoch, 'darkroom.attempt': attempt }
      // Whichever carrier it came by, it continues the run that it tells of.
      const options = { kind: 'consumer', after: event.trace, attributes } as const
      return this.#deps.tracing.span(`apply ${event.eventType}`, options, () => this.#take(event, move))
    })
  }

  async #take(event: TaskEvent, move: Move): Promise<TaskRecord | undefined> {
    const { announcer, refine, log, now } = this.#deps
    const { taskId: id, epoch, seq } = event
    const refined = event.eventType === 'task.completed' ? await refine?.(event) : undefined
    const start = this.#starts.takeBefore(event)
    const apply = (one: Move) => this.#move(event, { ...one, patch: { ...one.patch, ...refined } })
    // Another process may have written the start already: then only the end is left.
    const task = (start && (await apply(moveFor(event, now(), start) ?? move))) ?? (await apply(move))
    if (!task) {
      // That process may have died, or been stopped, before it invalidated the cache. And local
      // followers have not been notified.
      await announcer.announceLate(event)
      log.debug({ taskId: id, event: event.eventType, epoch, seq }, 'late, duplicate or invalid event ignored')
      return undefined
    }
    await announcer.announce(task, event)
    if (start) log.info({ taskId: id, epoch, attempt: start.attempt }, start.eventType)
    log.info(
      { taskId: id, status: task.status, epoch, attempt: event.attempt, code: task.error?.code },
      event.eventType,
    )
    return task
  }

  async #move({ taskId: id, tenant, epoch, seq }: TaskEvent, move: Move): Promise<TaskRecord | undefined> {
    const { store, ttls, now } = this.#deps
    const fence = { id, tenant, epoch, seq }
    return this.#inTurn(() =>
      move.patch.nextCheckAt === null
        ? endTask(store, fence, move, { now: now(), knownTtlSeconds: ttls.secondsOf(id) })
        : store.move(fence, move),
    )
  }

  /**
   * A write that was queued while the store turned out to be down fails immediately, instead of
   * finding out by itself.
   */
  #inTurn<T>(write: () => Promise<T>): Promise<T> {
    const outages = this.#outages
    return this.#writing(async () => {
      if (outages !== this.#outages) throw this.#outage
      try {
        return await write()
      } catch (error) {
        if (isStoreOutage(error)) {
          this.#outages++
          this.#outage = error
        }
        throw error
      }
    })
  }
}

/** Whether an event is only for live followers. */
const isTooFineToWrite = (event: TaskEvent): boolean =>
  event.eventType === 'task.progress' && event.timestamp - event.startedAt < PROGRESS_WRITE_AFTER_MS
