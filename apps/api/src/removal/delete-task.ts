import type { Logger } from '@darkroom/runtime'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { AppError } from '../app-error.ts'
import type { ExpiryStore } from './expiry-store.ts'
import type { FileRemover } from './file-remover.ts'
import type { Announcer } from '../tasks/announce.ts'
import { findTask } from '../tasks/find-task.ts'
import { purgeTask } from './purge-task.ts'
import type { StopJob } from '../tasks/stop-job.ts'
import type { TaskStore } from '../tasks/task-store.ts'
import type { TaskRecord } from '../tasks/task.ts'

/** Removes a task with all its files. Throws TASK_NOT_FOUND, TASK_PROCESSING. */
export class DeleteTask extends RequestData<void> {
  readonly tenant: string
  readonly id: string

  constructor(tenant: string, id: string) {
    super()
    this.tenant = tenant
    this.id = id
  }
}

export class DeleteTaskHandler implements RequestHandler<DeleteTask, void> {
  readonly #deps

  constructor(deps: {
    store: TaskStore
    expiries: ExpiryStore
    files: FileRemover
    announcer: Announcer
    stopJob: StopJob
    recordRemoved: (task: TaskRecord) => Promise<void>
    log: Logger
    now: () => number
  }) {
    this.#deps = deps
  }

  async handle({ tenant, id }: DeleteTask): Promise<void> {
    const { announcer, log } = this.#deps
    const task = await this.#mark(tenant, id)
    await announcer.announceRemoval({ tenant, id: task.id })
    log.info({ taskId: task.id, epoch: task.epoch }, 'task deleted')
    // Only the mark counts: the next clean-up finishes whatever fails from here on.
    await this.#finish(task).catch((error: unknown) =>
      log.warn({ taskId: task.id, err: error }, 'deletion not finished; the next clean-up continues it'),
    )
  }

  /**
   * An epoch that has started in the meantime is a different state of the task: it is checked
   * again.
   */
  async #mark(tenant: string, id: string): Promise<TaskRecord> {
    const { store, now } = this.#deps
    for (;;) {
      const task = await findTask(store, tenant, id)
      if (task.status === 'processing')
        throw new AppError('TASK_PROCESSING', 'The task is being processed; cancel it first.')
      const marked = await store.markDeleted(task, new Date(now()))
      if (marked) return marked
    }
  }

  async #finish(task: TaskRecord): Promise<void> {
    const { expiries, stopJob, recordRemoved, log, now } = this.#deps
    stopJob(task).catch((error: unknown) =>
      log.debug({ taskId: task.id, err: error }, 'job of a deleted task not stopped'),
    )
    const { complete } = await purgeTask(this.#deps, task, now())
    if (complete && (await expiries.remove(task.id))) await recordRemoved(task)
  }
}
