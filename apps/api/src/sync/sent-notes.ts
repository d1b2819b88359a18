import type { Logger } from '@darkroom/runtime'
import type { TaskRecord } from '../tasks/task.ts'
import type { CheckStore } from './check-store.ts'

/**
 * A task whose job is on the queue is looked after this much later, should nothing be heard of it.
 */
const FIRST_CHECK_MS = 10_000
/** Far less than a task's first lease, so that no sweep asks about what is about to be noted. */
const NOTE_AFTER_MS = 1000

/**
 * Notes in the documents that jobs are on the queue, a second later and all together: by then most
 * of the tasks have begun, and the write that says so has noted it. What is lost with this process
 * costs a question of a sweep.
 */
export class SentNotes {
  readonly #deps
  #tasks = new Map<string, TaskRecord>()
  #timer: NodeJS.Timeout | undefined

  constructor(deps: { checks: CheckStore; log: Logger; now: () => number }) {
    this.#deps = deps
  }

  /** The jobs of these tasks are on the queue. */
  add(tasks: readonly TaskRecord[]): void {
    for (const task of tasks) this.#tasks.set(task.id, task)
    this.#timer ??= setTimeout(() => void this.write(), NOTE_AFTER_MS)
  }

  /** To be told of every change of a task that was written here. */
  taskChanged = ({ id, epoch }: TaskRecord): void => {
    if (this.#tasks.get(id)?.epoch === epoch) this.#tasks.delete(id)
  }

  /** Writes what is still to be noted. Never throws. */
  async write(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const tasks = [...this.#tasks.values()]
    this.#tasks = new Map()
    const { checks, log, now } = this.#deps
    await checks
      .markSent(tasks, new Date(now() + FIRST_CHECK_MS))
      .catch((error: unknown) =>
        log.debug({ err: error, tasks: tasks.length }, 'dispatches not recorded; a sweep checks them'),
      )
  }
}
