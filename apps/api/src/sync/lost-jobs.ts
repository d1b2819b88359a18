import { setTimeout as pause } from 'node:timers/promises'
import type { TaskKind } from '@darkroom/contracts'
import { compareEventIds, type TaskQueues } from '@darkroom/messaging'
import type { Logger } from '@darkroom/runtime'
import { LRUCache } from 'lru-cache'
import type { TaskStore } from '../tasks/task-store.ts'
import type { TaskRecord } from '../tasks/task.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { QueueEventsListener } from './queue-events-listener.ts'

/**
 * A listener that has read nothing for this long no longer delays the repair: a second run is
 * better than none.
 */
const STUCK_MS = 60_000
/** A listener that keeps up needs milliseconds; the next check of a task is a lease away. */
const APPLYING_MS = 500
const ASK_MS = 10
/** Missing jobs to remember; one that is forgotten is simply found missing again. */
const MOST_MISSING = 10_000

/**
 * Dispatches tasks again whose jobs are not in the queue. A missing job was not necessarily lost:
 * it may have finished and been removed while its event is still waiting to be applied. So, in this
 * order:
 *
 * 1. the job is found missing,
 * 2. the stream is applied up to where it ended at that moment, or beyond,
 * 3. the document is read again and has not changed since it was claimed.
 *
 * If the job had finished before 1, its event would precede the end that 2 waits for, and would
 * have changed the document before 3. If the document is still unfinished, the job or its event was
 * lost, and the job must run again.
 *
 * The wait always ends: a stream that is emptied or replaced ends before the remembered end, so its
 * own end counts; one that is trimmed is applied from where it now begins; the cursors of other
 * replicas do not matter, as each replica reads the whole stream; a listener that is stuck is not
 * waited for. A task that was never recorded as sent is no exception: the record may have been
 * lost, and the job may have finished.
 */
export class LostJobs {
  readonly #deps
  /** Where the stream ended when the job of a task's epoch was first found missing. */
  readonly #missing = new LRUCache<string, string>({ max: MOST_MISSING })

  constructor(deps: {
    store: TaskStore
    queues: TaskQueues
    dispatcher: Dispatcher
    events: { of: (kind: TaskKind) => Pick<QueueEventsListener, 'hasApplied' | 'stuckMs'> }
    log: Logger
  }) {
    this.#deps = deps
  }

  /** Tasks that cannot be decided yet stay leased, and are checked again. */
  async dispatch(tasks: readonly TaskRecord[]): Promise<void> {
    for (const [kind, ofKind] of Map.groupBy(tasks, (task) => task.kind)) await this.#dispatch(kind, ofKind)
  }

  async #dispatch(kind: TaskKind, tasks: readonly TaskRecord[]): Promise<void> {
    const { store, queues, dispatcher, log } = this.#deps
    const queue = queues.of(kind)
    const end = (await queue.eventEnds())?.last
    await this.#untilApplied(kind, end)
    const proven = tasks.filter((task) => this.#isProven(task, end))
    const revisions = await store.revisions(proven.map(({ id }) => id))
    const lost = proven.filter(
      ({ id, epoch, rev }) => revisions.get(id)?.epoch === epoch && revisions.get(id)?.rev === rev,
    )
    const removed = await Promise.all(lost.map((task) => queue.remove(task.id, task.epoch)))
    const free = lost.filter((_task, index) => removed[index]) // workers hold the others, and may yet finish them
    await Promise.all(free.map(dispatcher.dispatch))
    for (const { id, dispatch } of free)
      log.debug(
        { taskId: id, repair: dispatch.state === 'due' ? 'dispatched' : 'dispatched again' },
        'task repaired by the sweeper',
      )
    const again = free.filter(({ dispatch }) => dispatch.state === 'sent').length
    if (again > 0) log.warn({ tasks: again }, 'jobs missing in the queue: dispatched again')
  }

  async #untilApplied(kind: TaskKind, end: string | undefined): Promise<void> {
    if (end === undefined) return
    const events = this.#deps.events.of(kind)
    for (let waited = 0; waited < APPLYING_MS && !events.hasApplied(end); waited += ASK_MS) await pause(ASK_MS)
  }

  #isProven({ id, kind, epoch }: TaskRecord, end: string | undefined): boolean {
    if (end === undefined) return true
    const events = this.#deps.events.of(kind)
    const name = `${id} ${epoch}`
    const known = this.#missing.get(name)
    const missingAt = known === undefined || compareEventIds(known, end) > 0 ? end : known
    const isProven = events.hasApplied(missingAt) || events.stuckMs > STUCK_MS
    if (isProven) this.#missing.delete(name)
    else this.#missing.set(name, missingAt)
    return isProven
  }
}
