import type { JobMessage, Task } from '@darkroom/contracts'
import { AppError } from '../app-error.ts'
import { WatchTask, type WatchedTask } from '../following/watch-task.ts'
import type { Tally } from '../http/tally.ts'
import type { Send } from '../send.ts'
import { GetTask } from '../tasks/queries/get-task.ts'
import { isFinal } from '../tasks/task.ts'
import { messageOfEvent, messageOfTask } from './job-message.ts'

/** A job that a client follows. */
interface Subscription {
  /** The id that the client sent; those of the task as soon as it is found. */
  ids: readonly string[]
  leaving: AbortController
}

export interface SubscriptionDeps {
  tenant: string
  send: Send
  /** Sends a message; resolves when there is room for another one. */
  emit: (message: JobMessage) => Promise<void> | undefined
  /** The followers of each task, of all sockets. */
  followers: Tally
  perTask: number
}

export const SUBSCRIPTIONS_PER_SOCKET = 100

/** The jobs that one socket follows, until each has ended. */
export class JobSubscriptions {
  readonly #deps
  readonly #held = new Set<Subscription>()

  constructor(deps: SubscriptionDeps) {
    this.#deps = deps
  }

  /**
   * Follows a job: first where it stands, then everything that happens to it. `told` is called with
   * its state before anything is sent. Throws TASK_NOT_FOUND, TOO_MANY_WAITING.
   */
  async subscribe(id: string, told: (task: Task) => void): Promise<void> {
    if (this.#held.size >= SUBSCRIPTIONS_PER_SOCKET)
      throw tooMany(`A socket may follow ${SUBSCRIPTIONS_PER_SOCKET} jobs at a time`)
    const subscription: Subscription = { ids: [id], leaving: new AbortController() }
    // Until its last read is over: a client that changes its mind all the time must not keep more
    // of them running.
    this.#held.add(subscription)
    let release: (() => void) | undefined
    const end = (): void => {
      subscription.leaving.abort()
      this.#held.delete(subscription)
      release?.()
    }
    try {
      const { tenant, send } = this.#deps
      const found = await send(new GetTask(tenant, id))
      subscription.ids = [id, found.id, found.jobId]
      this.unsubscribe(found.id, subscription)
      release = this.#take(found.id)
      const watched = await send(new WatchTask(tenant, found.id, subscription.leaving.signal))
      told(watched.task)
      void this.#follow(watched, subscription.leaving.signal).finally(end)
    } catch (error) {
      end()
      throw error
    }
  }

  /** Stops following a job, by any of its ids. */
  unsubscribe(id: string, except?: Subscription): void {
    for (const subscription of this.#held)
      if (subscription !== except && subscription.ids.includes(id)) subscription.leaving.abort()
  }

  end(): void {
    for (const { leaving } of this.#held) leaving.abort()
  }

  #take(taskId: string): () => void {
    const { followers, perTask } = this.#deps
    if (followers.of(taskId) >= perTask)
      throw tooMany(`${perTask} sockets are following this job, which is the maximum`)
    return followers.take(taskId)
  }

  async #follow({ task, changes }: WatchedTask, signal: AbortSignal): Promise<void> {
    const { emit } = this.#deps
    let { status } = task
    if (!signal.aborted) await emit(messageOfTask(task))
    for await (const change of changes) {
      if (signal.aborted) return
      status = change.task.status
      const message = messageOfEvent(change.event, change.task)
      if (message) await emit(message)
    }
    const isDeleted = !signal.aborted && !isFinal(status)
    if (isDeleted) await emit(['job:error', { jobId: task.jobId, code: 'TASK_NOT_FOUND' }])
  }
}

const tooMany = (found: string): AppError =>
  new AppError('TOO_MANY_WAITING', `${found}. Unsubscribe from some of them, or try again later.`, {
    headers: { 'Retry-After': '5' },
  })
