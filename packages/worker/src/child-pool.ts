import { Child, type ChildOptions } from './child-process.ts'
import type { Processed } from './child/child-protocol.ts'
import { JobFailure } from './child/job-failure.ts'
import { notStarted, runOnChild, type Assignment, type RunLimits, type RunWatch } from './run-on-child.ts'

export interface ChildPoolOptions extends ChildOptions {
  /** The most children at once: one per concurrent job. */
  size: number
  limits: RunLimits
}

/** A child has found that this machine cannot run its jobs. The message says what is missing. */
export class UnfitMachineError extends Error {
  override readonly name = 'UnfitMachineError'
}

/**
 * Child processes, each of which runs one job at a time. One is started in advance, others by the
 * first jobs that need them, so that an idle worker uses little memory. A job that crashes, hangs or
 * uses too much memory only takes down its own child; the next job gets a new one.
 */
export class ChildPool {
  readonly #options: ChildPoolOptions
  readonly #alive = new Set<Child>()
  readonly #idle: Child[] = []
  #busy = 0
  #closed = false
  /** The last child that was started ended before it was ready. */
  #failing = false

  constructor(options: ChildPoolOptions) {
    this.#options = options
  }

  /** The number of running jobs. */
  get busy(): number {
    return this.#busy
  }

  /** The children have been killed, or are about to be: the results of their runs mean nothing. */
  get isClosed(): boolean {
    return this.#closed
  }

  get pids(): number[] {
    return [...this.#alive].flatMap(({ pid }) => pid ?? [])
  }

  /**
   * Starts a child if there is none, or if the last one could not start. Rejects if it cannot start:
   * then no job could succeed here. With an UnfitMachineError, this may change.
   */
  async warm(): Promise<void> {
    // One that is ending, because it found the machine unfit, is none.
    const usable = [...this.#alive].filter((child) => child.usable)
    if (usable.length > 0 && (!this.#failing || usable.length >= this.#options.size)) return
    await this.#startIdle()
    this.#failing = false
  }

  /** Runs one job. Rejects with a JobFailure. */
  async run(assignment: Assignment, watch: RunWatch): Promise<Processed> {
    const child = this.#takeIdle() ?? this.#startForJob()
    this.#busy++
    try {
      return await runOnChild(child, assignment, { ...watch, ...this.#options.limits })
    } finally {
      this.#busy--
      if (child.usable) this.#idle.push(child)
    }
  }

  /** Kills all children, busy or not, and waits until they have ended. */
  async close(): Promise<void> {
    this.#closed = true
    const ends = [...this.#alive].map(({ ended }) => ended)
    for (const child of this.#alive) child.kill()
    await Promise.all(ends)
  }

  async #startIdle(): Promise<void> {
    const child = this.#startChild()
    await becomesReady(child)
    this.#idle.push(child)
  }

  /** The last one used is the warmest. Children that were killed while idle are skipped. */
  #takeIdle(): Child | undefined {
    for (let child = this.#idle.pop(); child; child = this.#idle.pop()) if (child.usable) return child
    return undefined
  }

  #startForJob(): Child {
    try {
      return this.#startChild()
    } catch (error) {
      // Most errors are emitted as events, some (ENOMEM) are thrown.
      this.#failing = true
      throw new JobFailure(notStarted(this.#options.noun, error instanceof Error ? error.message : 'unknown'), {
        cause: error,
      })
    }
  }

  #startChild(): Child {
    const child = new Child(this.#options)
    this.#alive.add(child)
    void child.ended.then((how) => {
      this.#alive.delete(child)
      this.#failing ||= !child.isReady
      this.#options.log.debug({ childPid: child.pid, how }, 'child ended')
    })
    return child
  }
}

function becomesReady(child: Child): Promise<void> {
  return new Promise((resolve, reject) => {
    child.hear({
      onMessage: (message) => {
        if (message.type === 'ready') resolve()
        if (message.type !== 'unfit') return
        child.usable = false
        reject(new UnfitMachineError(message.reason))
      },
      onEnd: (how) => reject(new Error(`A child process could not start (${how})`)),
    })
  })
}
