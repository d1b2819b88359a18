import { AsyncLocalStorage } from 'node:async_hooks'
import type { Delivery, TaskQueues } from '@darkroom/messaging'
import type { TaskKind } from '@darkroom/contracts'
import type { Logger } from '@darkroom/runtime'
import type { Tracing } from '@darkroom/runtime/tracing'
import { policyOf, type Kinds } from '../tasks/kind.ts'
import { previousRuns, queuedAt, type TaskRecord } from '../tasks/task.ts'
import { OutageLog } from '../ground/outage-log.ts'
import type { CheckStore } from './check-store.ts'
import type { SentNotes } from './sent-notes.ts'

/** Jobs added per command; Redis does nothing else meanwhile. */
const BATCH = 500

/**
 * Puts the jobs of due tasks on the queue: right after the insert, or when the sweeper finds them
 * left over. Tasks that arrive during a batch form the next one, so a burst takes only a few
 * commands.
 */
export class Dispatcher {
  readonly #deps
  readonly #outage: OutageLog
  /** A run serves the tasks of many requests: it must not become part of the first one's trace. */
  readonly #outsideRequests = AsyncLocalStorage.snapshot()
  #waiting: TaskRecord[] = []
  #running: Promise<void> | undefined

  constructor(deps: {
    checks: CheckStore
    queues: TaskQueues
    kinds: Kinds
    notes: SentNotes
    log: Logger
    tracing: Tracing
  }) {
    this.#deps = deps
    this.#outage = new OutageLog(deps.log, 'dispatching tasks failed; they stay due')
  }

  /**
   * Never throws: a task that could not be dispatched stays due in its document and is found by a
   * sweep.
   */
  dispatch = (task: TaskRecord): Promise<void> => {
    this.#waiting.push(task)
    this.#running ??= this.#outsideRequests(() => this.#run())
    return this.#running
  }

  /** Resolves when nothing is in progress any more. */
  async drain(): Promise<void> {
    await this.#running
    await this.#deps.notes.write()
  }

  async #run(): Promise<void> {
    await Promise.resolve() // let the callers of this turn join the first batch
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH)
      await this.#send(batch)
    }
    this.#running = undefined // in the same turn as the last check: the next caller starts a new run
  }

  async #send(tasks: readonly TaskRecord[]): Promise<void> {
    const { checks, notes } = this.#deps
    try {
      const byKind = Map.groupBy(tasks, ({ kind }) => kind)
      await Promise.all([...byKind].map(([kind, ofKind]) => this.#add(kind, ofKind)))
      notes.add(tasks)
      this.#outage.worked()
    } catch (error) {
      this.#outage.failed(error, { tasks: tasks.length })
      // Due immediately rather than when this process's lease expires: the first sweep after the
      // queue is back takes them.
      await checks.checkNow(tasks.map((task) => task.id)).catch(() => {})
    }
  }

  async #add(kind: TaskKind, tasks: readonly TaskRecord[]): Promise<void> {
    const queue = this.#deps.queues.of(kind)
    const policy = policyOf(this.#deps.kinds, kind)
    const dispatches = tasks.map((task) => this.#startSpan(task))
    const deliveries = tasks.map((task, index) => ({
      ...toDelivery(task, policy.jobOf(task), queue.policy.attempts),
      trace: dispatches[index]?.trace,
    }))
    const end = (error?: unknown): void => dispatches.forEach((dispatch) => dispatch.end(error))
    await queue.add(deliveries).then(
      () => end(),
      (error: unknown) => {
        end(error)
        throw error
      },
    )
  }

  /** It continues the request that created or restarted the task, however long ago that was. */
  #startSpan({ id, kind, epoch, trace }: TaskRecord) {
    const attributes = { 'darkroom.task': id, 'darkroom.epoch': epoch }
    return this.#deps.tracing.start(`dispatch ${kind}`, { kind: 'producer', after: trace, attributes })
  }
}

function toDelivery(task: TaskRecord, own: object, attempts: number): Delivery {
  const { id: taskId, epoch, tenant, priority } = task
  const previous = previousRuns(task)
  const timestamp = queuedAt(task).getTime()
  return {
    job: { taskId, timestamp, epoch, tenant, ...own, ...(previous && { previous }) },
    priority,
    attempts: attempts - (previous?.attempts ?? 0),
  }
}
