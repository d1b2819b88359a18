import type { Task } from '@darkroom/contracts'
import type { Logger } from '@darkroom/runtime'
import type { Tracing } from '@darkroom/runtime/tracing'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { AppError } from '../../app-error.ts'
import type { Announcer } from '../announce.ts'
import type { Dispatch } from '../dispatch.ts'
import { findTask } from '../find-task.ts'
import { canRestart, restart } from '../task-steps.ts'
import type { TaskStore } from '../task-store.ts'
import type { TaskViews } from '../task-view.ts'
import type { TaskRecord } from '../task.ts'

/**
 * Restarts a finished task from its original. Throws TASK_NOT_FOUND, TASK_NOT_FINAL, TASK_CHANGED,
 * TASK_EXPIRED.
 */
export class RetryTask extends RequestData<Task> {
  readonly tenant: string
  readonly id: string
  /** Whether people are told of this end too; webhooks always are. */
  readonly notify: boolean

  constructor(tenant: string, id: string, notify = false) {
    super()
    this.tenant = tenant
    this.id = id
    this.notify = notify
  }
}

export class RetryTaskHandler implements RequestHandler<RetryTask, Task> {
  readonly #deps

  constructor(deps: {
    store: TaskStore
    views: TaskViews
    announcer: Announcer
    dispatch: Dispatch
    dispatchLeaseMs: number
    tracing: Pick<Tracing, 'current'>
    log: Logger
    now: () => number
  }) {
    this.#deps = deps
  }

  async handle({ tenant, id, notify }: RetryTask): Promise<Task> {
    const { store, views, announcer, dispatch, dispatchLeaseMs, tracing, log, now } = this.#deps
    const task = await findTask(store, tenant, id)
    assertRestartable(task)
    const { event, move } = restart(task, now(), dispatchLeaseMs)
    const trace = tracing.current()
    if (trace) move.patch.trace = trace
    if (notify) move.patch.notifyEpoch = task.epoch + 1
    const restarted = await store.restart(task, move)
    if (!restarted)
      throw new AppError('TASK_CHANGED', 'The task was restarted by another request, or expired, at the same time.')
    await announcer.announce(restarted, event)
    void dispatch(restarted)
    log.info({ taskId: task.id, epoch: restarted.epoch, was: task.status }, 'task restarted')
    return views.task(restarted)
  }
}

function assertRestartable(task: TaskRecord): void {
  if (canRestart(task)) return
  if (task.status === 'expired')
    throw new AppError('TASK_EXPIRED', 'The files of this task have expired: upload the photo again.')
  throw new AppError('TASK_NOT_FINAL', `The task is ${task.status}: it can only be restarted when it has ended.`)
}
