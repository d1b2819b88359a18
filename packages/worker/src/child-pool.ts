import type { JobEnvelope } from '@darkroom/contracts'
import { Child, type ChildOptions } from './child-process.ts'
import type { Processed } from './child/child-protocol.ts'
import { JobFailure } from './child/job-failure.ts'
import { notStarted, runOnChild, type RunLimits, type RunWatch } from './run-on-child.ts'

export interface ChildPoolOptions extends ChildOptions {
  /** Children to start beforehand: as many as jobs run at a time. */
  size: number
  limits: RunLimits
}

/**
 * Child processes that do one job each. A job that crashes, hangs or swells takes down its own
 * child only; the next job gets a fresh one.
 */
export class ChildPool {
  readonly #options: ChildPoolOptions
  readonly #alive = new Set<Child>()
  readonly #idle: Child[] = []
  #busy = 0
  #closed = false

  constructor(options: ChildPoolOptions) {
    this.#options = options
  }

  /** Jobs that are running. */
  get busy(): number {
    return this.#busy
  }

  /** Its children are being ended, or have been: what their runs say means nothing. */
  get isClosed(): boolean {
    return this.#closed
  }

  get pids(): number[] {
    return [...this.#alive].flatMap(({ pid }) => pid ?? [])
  }

  /** Starts the children. Rejects when one of them cannot start: then no job could succeed here. */
  async start(): Promise<void> {
    const children = Array.from({ length: this.#options.size }, () => this.#startChild())
    await Promise.all(children.map(becomesReady))
    this.#idle.push(...children)
  }

  /** Rejects when a child is missing and none can be started. */
  async warm(): Promise<void> {
    if (this.#alive.size >= this.#options.size) return
    const child = this.#startChild()
    await becomesReady(child)
    this.#idle.push(child)
  }

  /** Does one job. Rejects with a JobFailure. */
  async run(job: JobEnvelope, watch: RunWatch): Promise<Processed> {
    const child = this.#takeIdle() ?? this.#startForJob()
    this.#busy++
    try {
      return await runOnChild(child, job, { ...watch, ...this.#options.limits })
    } finally {
      this.#busy--
      if (child.usable) this.#idle.push(child)
    }
  }

  /** Kills all children, busy or not, and waits for their ends. */
  async close(): Promise<void> {
    this.#closed = true
    const ends = [...this.#alive].map(({ ended }) => ended)
    for (const child of this.#alive) child.kill()
    await Promise.all(ends)
  }

  /**
   * The last one used is the warmest. One that somebody killed while it was idle is passed over.
   */
  #takeIdle(): Child | undefined {
    for (let child = this.#idle.pop(); child; child = this.#idle.pop()) if (child.usable) return child
    return undefined
  }

  #startForJob(): Child {
    try {
      return this.#startChild()
    } catch (error) {
      // Most reasons come as an event, some (ENOMEM) are thrown.
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
      this.#options.log.debug({ childPid: child.pid, how }, 'child ended')
    })
    return child
  }
}

function becomesReady(child: Child): Promise<void> {
  return new Promise((resolve, reject) => {
    child.hear({
      onMessage: ({ type }) => type === 'ready' && resolve(),
      onEnd: (how) => reject(new Error(`A child process could not start (${how})`)),
    })
  })
}
