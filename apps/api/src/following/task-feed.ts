import type { TaskEventOf } from '@darkroom/contracts'
import type { Logger } from '@darkroom/runtime'
import { BatchFollower } from './batch-follower.ts'
import { TaskFollower, type TaskNews } from './task-follower.ts'
import type { Revision, TaskStore } from '../tasks/task-store.ts'
import { entryFor, type TaskRecord } from '../tasks/task.ts'

type Follower = { tell: (news: TaskNews) => void }

/** All followers of one task in this process, and the state that they know. */
interface Topic {
  tenant: string
  id: string
  followers: Set<Follower>
  known?: Revision
  reading?: Promise<void> | undefined
  again?: boolean
}

/**
 * Notifies the followers of a task in this process of its changes. The store is read once per
 * change, however many followers there are, and only for followed tasks. Changes are learned from
 * this process's own writes and, for those of others, from the event channel; as that may lose
 * messages, one periodic query checks all followed tasks.
 */
export class TaskFeed {
  readonly #deps
  readonly #topics = new Map<string, Topic>()
  #timer: NodeJS.Timeout | undefined

  constructor(deps: { store: TaskStore; recheckMs: number; log: Logger }) {
    this.#deps = deps
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.recheck(), this.#deps.recheckMs)
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#timer = undefined
    await Promise.allSettled([...this.#topics.values()].map(async (topic) => topic.reading))
  }

  /** Follows a task until the signal is aborted. To miss nothing, read the task after this. */
  follow(tenant: string, id: string, signal: AbortSignal): TaskFollower {
    const follower = new TaskFollower()
    this.#join(tenant, id, follower, signal)
    return follower
  }

  /** The same for several tasks at once. */
  followAll(tenant: string, ids: readonly string[], signal: AbortSignal): BatchFollower {
    const follower = new BatchFollower()
    for (const id of ids) this.#join(tenant, id, { tell: (news) => follower.tell(id, news) }, signal)
    return follower
  }

  /** Call when a task may have changed; `task` is its new state, if known. Cheap without followers. */
  changed = (tenant: string, id: string, task?: TaskRecord): void => {
    const topic = this.#topics.get(keyOf(tenant, id))
    if (topic && task) spread(topic, task)
    else if (topic) void this.#refresh(topic)
  }

  /** Live progress for followers: little of it is ever stored. */
  progressed(event: TaskEventOf<'task.progress'>): void {
    const topic = this.#topics.get(keyOf(event.tenant, event.taskId))
    if (topic) tellAll(topic, { live: entryFor(event) })
  }

  /** The task as it is stored now; its followers receive what is new to them. */
  async read(tenant: string, id: string): Promise<TaskRecord | undefined> {
    const task = await this.#deps.store.find(tenant, id)
    this.#spread(tenant, id, task)
    return task
  }

  /** The same for all tasks of a batch. */
  async readBatch(tenant: string, batchId: string): Promise<TaskRecord[]> {
    const tasks = await this.#deps.store.ofBatch(tenant, batchId)
    for (const task of tasks) this.#spread(tenant, task.id, task)
    return tasks
  }

  async recheck(): Promise<void> {
    const { store, log } = this.#deps
    if (this.#topics.size === 0) return
    try {
      const revisions = await store.revisions([...this.#topics.values()].map((topic) => topic.id))
      for (const topic of this.#topics.values()) {
        if (topic.known && isNewer(revisions.get(topic.id) ?? GONE, topic.known)) void this.#refresh(topic)
      }
    } catch (error) {
      log.debug({ err: error }, 'followed tasks not checked; trying again')
    }
  }

  #join(tenant: string, id: string, follower: Follower, signal: AbortSignal): void {
    if (signal.aborted) return
    const topic = this.#topics.get(keyOf(tenant, id)) ?? { tenant, id, followers: new Set() }
    this.#topics.set(keyOf(tenant, id), topic)
    topic.followers.add(follower)
    signal.addEventListener('abort', () => this.#leave(topic, follower), { once: true })
  }

  #spread(tenant: string, id: string, task: TaskRecord | undefined): void {
    const topic = this.#topics.get(keyOf(tenant, id))
    if (topic) spread(topic, task)
  }

  #leave(topic: Topic, follower: Follower): void {
    topic.followers.delete(follower)
    if (topic.followers.size === 0) this.#topics.delete(keyOf(topic.tenant, topic.id))
  }

  /**
   * One read at a time. A change that arrives meanwhile may be too late for it and causes another
   * one.
   */
  async #refresh(topic: Topic): Promise<void> {
    topic.again = true
    topic.reading ??= this.#readWhileChanging(topic).finally(() => (topic.reading = undefined))
    await topic.reading
  }

  async #readWhileChanging(topic: Topic): Promise<void> {
    while (topic.again && topic.followers.size > 0) {
      topic.again = false
      try {
        await this.read(topic.tenant, topic.id)
      } catch (error) {
        this.#deps.log.debug({ taskId: topic.id, err: error }, 'followed task not read; trying again')
      }
    }
  }
}

const keyOf = (tenant: string, id: string): string => `${tenant} ${id}`

/** After this there are no more changes: a deleted task does not come back. */
const GONE: Revision = { epoch: Infinity, rev: Infinity }

const isNewer = (a: Revision, b: Revision): boolean => (a.epoch === b.epoch ? a.rev > b.rev : a.epoch > b.epoch)

/** Reads and writes end in any order: a state older than the last one sent is dropped. */
function spread(topic: Topic, task: TaskRecord | undefined): void {
  const revision = task ?? GONE
  if (topic.known && !isNewer(revision, topic.known)) return
  topic.known = { epoch: revision.epoch, rev: revision.rev }
  tellAll(topic, task ? { task } : { gone: true })
}

function tellAll({ followers }: Topic, news: TaskNews): void {
  for (const follower of followers) follower.tell(news)
}
