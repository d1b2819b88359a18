import { randomUUID } from 'node:crypto'
import type { ImageQueue } from '@darkroom/messaging'
import type { Logger } from '@darkroom/runtime'
import type { Send } from '../mediator.ts'
import type { StopJob } from '../tasks/stop-job.ts'
import type { TaskStore } from '../tasks/task-store.ts'
import { isFinal, queuedAt, type TaskRecord } from '../tasks/task.ts'
import { UpdateTaskStatus } from '../tasks/update-task-status.ts'
import type { Dispatcher } from './dispatcher.ts'
import { completedEvent, failedEvent, processingEvent } from './job-outcome.ts'

/** Tasks taken in one pass. */
const BATCH = 200
/** A healthy task is asked about again after half its age, within these bounds: a long backlog is not asked to death. */
const RECHECK_MIN_MS = 10_000
const RECHECK_MAX_MS = 60_000

/**
 * Makes documents and queue agree where the events did not: it asks the queue about every unfinished task that is due
 * for a check. A job that Redis lost is made again, a result whose event was lost is applied. Every replica runs one.
 */
export class Sweeper {
  readonly #deps
  #timer: NodeJS.Timeout | undefined
  #pass: Promise<void> | undefined
  #stopped = true

  constructor(deps: {
    store: TaskStore
    queue: ImageQueue
    dispatcher: Dispatcher
    stopJob: StopJob
    send: Send
    /** Calls back when events may have gone by unread, again and again until it is made up for. */
    repairGap: (repair: () => Promise<void>) => Promise<void>
    log: Logger
    intervalMs: number
    /** How long the tasks of a pass are this replica's alone. Should it die, that is what they lose. */
    leaseMs: number
    now: () => number
  }) {
    this.#deps = deps
  }

  /** At once, for a process that died may have left tasks, and then again and again. */
  start(): void {
    this.#stopped = false
    this.#goOn()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#pass
  }

  /** One pass, or the one under way. Never throws; does nothing before start, after stop and without the queue. */
  async sweep(): Promise<void> {
    // Without the queue nothing can be found out, and tasks claimed in vain would be leased when it comes back.
    if (this.#stopped || !this.#deps.queue.isReachable()) return
    this.#pass ??= this.#sweep().finally(() => (this.#pass = undefined))
    return this.#pass
  }

  #schedule(): void {
    if (this.#stopped) return
    const jitter = 0.8 + Math.random() * 0.4 // replicas that started together do not sweep together
    this.#timer = setTimeout(() => this.#goOn(), this.#deps.intervalMs * jitter)
  }

  #goOn(): void {
    void this.sweep().then(() => this.#schedule())
  }

  async #sweep(): Promise<void> {
    const { store, log, now, leaseMs } = this.#deps
    try {
      await this.#makeUpForGap()
      for (let claimed = BATCH; claimed === BATCH && !this.#stopped;) {
        const tasks = await store.claimDue({ now: new Date(now()), leaseMs, limit: BATCH, claimant: randomUUID() })
        await Promise.all(tasks.map((task) => this.#check(task)))
        claimed = tasks.length
      }
    } catch (error) {
      log.warn({ err: error }, 'the sweep did not end; the next one goes on')
    }
  }

  async #makeUpForGap(): Promise<void> {
    const { store, repairGap, log } = this.#deps
    const repair = async (): Promise<void> => {
      const tasks = await store.checkAllNow()
      log.warn({ tasks }, 'queue events may be lost: checking every unfinished task')
    }
    // Redis away is no gap yet: it is asked again with the next pass.
    await repairGap(repair).catch((error: unknown) => log.debug({ err: error }, 'could not look for lost events now'))
  }

  /** A fault leaves the task leased; it is due again when the lease ends. */
  async #check(task: TaskRecord): Promise<void> {
    const { log } = this.#deps
    try {
      const repair = await this.#repair(task)
      if (repair) log.info({ taskId: task.id, status: task.status, repair }, 'sweeper repaired a task')
    } catch (error) {
      log.debug({ taskId: task.id, err: error }, 'could not check the task now')
    }
  }

  async #repair(task: TaskRecord): Promise<string | undefined> {
    const { store, queue, dispatcher, stopJob, now } = this.#deps
    if (isFinal(task.status)) {
      // Cancelled. Until its job is known to be gone it is leased again and again.
      if (await stopJob(task.id, task.epoch)) await store.settle(task)
      return undefined
    }
    const job = await queue.find(task.id, task.epoch)
    if (!job) {
      await dispatcher.dispatch(task)
      return task.dispatch.state === 'due' ? 'dispatched' : 'dispatched again: the queue had lost the job'
    }
    const state = await job.getState()
    if (state === 'completed') return this.#apply(completedEvent(job.returnvalue), 'completion applied')
    if (state === 'failed') return this.#apply(failedEvent(job, now()), 'failure applied')
    const repaired =
      state === 'active' && task.status === 'pending' ? await this.#apply(processingEvent(job, now()), 'start applied') : undefined
    await store.postpone(task.id, new Date(now() + recheckMs(now() - queuedAt(task).getTime())))
    return repaired
  }

  async #apply(event: UpdateTaskStatus['event'] | undefined, repair: string): Promise<string | undefined> {
    if (!event) return undefined
    return (await this.#deps.send(new UpdateTaskStatus(event))) ? repair : undefined
  }
}

const recheckMs = (ageMs: number): number => Math.min(RECHECK_MAX_MS, Math.max(RECHECK_MIN_MS, ageMs / 2))
