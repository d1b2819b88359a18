import type { Task } from '@darkroom/contracts'
import type { Logger } from '@darkroom/runtime'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { AppError } from '../../app-error.ts'
import type { Announcer } from '../announce.ts'
import { endTask } from '../end-task.ts'
import { findTask } from '../find-task.ts'
import type { StopJob } from '../stop-job.ts'
import { cancellation } from '../task-steps.ts'
import type { TaskStore } from '../task-store.ts'
import type { TaskViews } from '../task-view.ts'
import { isFinal, type TaskRecord } from '../task.ts'

/** Cancels a pending or running task. Throws TASK_NOT_FOUND, TASK_FINAL, TASK_CHANGED. */
export class CancelTask extends RequestData<Task> {
  readonly tenant: string
  readonly id: string

  constructor(tenant: string, id: string) {
    super()
    this.tenant = tenant
    this.id = id
  }
}

export class CancelTaskHandler implements RequestHandler<CancelTask, Task> {
  readonly #deps

  constructor(deps: {
    store: TaskStore
    views: TaskViews
    announcer: Announcer
    stopJob: StopJob
    log: Logger
    now: () => number
  }) {
    this.#deps = deps
  }

  async handle({ tenant, id }: CancelTask): Promise<Task> {
    const { store, views, announcer, log, now } = this.#deps
    const task = await findTask(store, tenant, id)
    const at = now()
    const { event, move } = cancellation(task, at)
    const cancelled = await endTask(store, { id: task.id, tenant, epoch: task.epoch, seq: event.seq }, move, {
      now: at,
    })
    if (!cancelled) throw await this.#refusal(tenant, task.id)
    await announcer.announce(cancelled, event)
    this.#stop(task)
    log.info({ taskId: task.id, epoch: task.epoch, was: task.status }, event.eventType)
    return views.task(cancelled)
  }

  /** Not awaited: the task is cancelled; a sweep handles a job that could not be stopped now. */
  #stop(task: TaskRecord): void {
    const { stopJob, log } = this.#deps
    stopJob(task).catch((error: unknown) =>
      log.debug({ taskId: task.id, err: error }, 'job not stopped; a sweep tries again'),
    )
  }

  /** It had already ended, its worker was faster, or it was restarted at the same moment. */
  async #refusal(tenant: string, id: string): Promise<AppError> {
    const { status } = await findTask(this.#deps.store, tenant, id)
    if (isFinal(status)) return new AppError('TASK_FINAL', `The task is already ${status}: there is nothing to cancel.`)
    return new AppError(
      'TASK_CHANGED',
      'The task was restarted at the same time; cancel it again if it should not run.',
    )
  }
}
