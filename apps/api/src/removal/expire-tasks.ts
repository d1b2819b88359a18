import type { Logger } from '@darkroom/runtime'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { eachDue } from '../ground/each-due.ts'
import type { CleanupReport, CleanupTotalsStore } from './cleanup-totals-store.ts'
import type { ExpiryStore } from './expiry-store.ts'
import type { FileRemover } from './file-remover.ts'
import { purgeTask } from './purge-task.ts'
import type { Announcer } from '../tasks/announce.ts'
import { expiry } from '../tasks/task-steps.ts'
import type { TaskStore } from '../tasks/task-store.ts'
import type { TaskRecord } from '../tasks/task.ts'

/**
 * Expires tasks: first their files become unavailable, after a while they are removed, and much
 * later the record. Every step is guarded or repeatable, so a run may be interrupted anywhere, and
 * two may overlap.
 */
export class ExpireTasks extends RequestData<CleanupReport> {
  readonly signal: AbortSignal

  constructor(signal: AbortSignal) {
    super()
    this.signal = signal
  }
}

/** Tasks read at a time. */
const BATCH = 50
/** Tasks processed concurrently. */
const WIDTH = 20
/**
 * A run with more to do leaves it to the next one, which also finds what has become due in the
 * meantime.
 */
const RUN_MS = 20_000

export class ExpireTasksHandler implements RequestHandler<ExpireTasks, CleanupReport> {
  readonly #deps

  constructor(deps: {
    store: TaskStore
    expiries: ExpiryStore
    files: FileRemover
    totals: CleanupTotalsStore
    announcer: Announcer
    recordRemoved: (task: TaskRecord) => Promise<void>
    /**
     * The time between the expiry of a task's files and their removal, and between the former and
     * the removal of the record.
     */
    keep: { graceMs: number; recordMs: number }
    log: Logger
    now: () => number
  }) {
    this.#deps = deps
  }

  async handle({ signal }: ExpireTasks): Promise<CleanupReport> {
    const { expiries, files, totals, log, now } = this.#deps
    const startedAt = performance.now()
    const done: CleanupReport = { tasksExpired: 0, filesRemoved: 0, bytesFreed: 0, recordsRemoved: 0, durationMs: 0 }
    const at = new Date(now())
    const trashFailed = (error: unknown): void =>
      log.warn({ err: error }, 'trash not emptied; the next clean-up tries again')
    const end = AbortSignal.any([signal, AbortSignal.timeout(RUN_MS)])
    try {
      // Concurrently, so that a large backlog in one step does not delay the others.
      await Promise.all([
        files.emptyTrash(trashFailed).catch(trashFailed),
        this.#each(
          end,
          (skip) => expiries.dueToExpire(at, BATCH, skip),
          (task) => this.#expire(task, done),
        ),
        this.#each(
          end,
          (skip) => expiries.dueToPurge(at, BATCH, skip),
          (task) => this.#purge(task, done),
        ),
        this.#each(
          end,
          (skip) => expiries.dueToRemove(at, BATCH, skip),
          (task) => this.#remove(task, done),
        ),
      ])
    } finally {
      done.durationMs = Math.round(performance.now() - startedAt)
      if (done.tasksExpired + done.filesRemoved + done.recordsRemoved > 0) {
        log.info(done, 'clean-up')
        await totals.add(done, new Date(now()))
      }
    }
    return done
  }

  /**
   * A task that cannot be processed is left to a later run, so that it does not block those after
   * it.
   */
  async #each(
    signal: AbortSignal,
    read: (skip: number) => Promise<TaskRecord[]>,
    work: (task: TaskRecord) => Promise<void>,
  ): Promise<void> {
    const due = eachDue(read)
    const takeNext = async (): Promise<void> => {
      while (!signal.aborted) {
        const { done, value } = await due.next()
        if (done) return
        await this.#attempt(value, work)
      }
    }
    await Promise.all(Array.from({ length: WIDTH }, takeNext))
  }

  async #attempt(task: TaskRecord, work: (task: TaskRecord) => Promise<void>): Promise<void> {
    try {
      await work(task)
    } catch (error) {
      this.#deps.log.warn({ taskId: task.id, err: error }, 'task not cleaned up; the next clean-up tries again')
    }
  }

  /** Only if it has not changed since it was read: its time to live may just have been extended. */
  async #expire(task: TaskRecord, done: CleanupReport): Promise<void> {
    const { store, announcer, keep, log, now } = this.#deps
    const { id, tenant, epoch, rev } = task
    const { event, move } = expiry(task, now(), keep)
    const expired = await store.move({ id, tenant, epoch, rev, seq: event.seq }, move)
    if (!expired) return
    done.tasksExpired++
    await announcer.announce(expired, event)
    log.debug({ taskId: id, epoch, was: task.status }, event.eventType)
  }

  async #purge(task: TaskRecord, done: CleanupReport): Promise<void> {
    const { files, bytes } = await purgeTask(this.#deps, task, this.#deps.now())
    done.filesRemoved += files
    done.bytesFreed += bytes
  }

  async #remove(task: TaskRecord, done: CleanupReport): Promise<void> {
    const { expiries, announcer, recordRemoved } = this.#deps
    if (!(await expiries.remove(task.id))) return
    done.recordsRemoved++
    await announcer.announceRemoval(task)
    await recordRemoved(task)
  }
}
