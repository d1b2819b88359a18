import type { Logger } from '@darkroom/runtime'
import type { TaskRecord } from '../tasks/task.ts'
import type { CheckStore } from './check-store.ts'

/** A task whose job is on the queue is checked after this time if no event has arrived. */
const FIRST_CHECK_MS = 10_000
/** Much shorter than a task's first lease, so that no sweep checks what is about to be recorded. */
const NOTE_AFTER_MS = 1000

/**
 * Records in the documents that jobs are on the queue, a second later and together: by then most
 * tasks have started, and the write of the start has recorded it. What is lost if this process dies
 * costs one check by a sweep.
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

  /** Call after every change of a task that was written here. */
  taskChanged = ({ id, epoch }: TaskRecord): void => {
    if (this.#tasks.get(id)?.epoch === epoch) this.#tasks.delete(id)
  }

  /** Writes what has not been recorded yet. Never throws. */
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
