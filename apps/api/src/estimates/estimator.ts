import type { TaskEstimate, TaskPriority, TaskSource } from '@darkroom/contracts'
import type { QueueLoad } from '@darkroom/messaging'
import { inTime } from '@darkroom/runtime'
import { Backlog } from './backlog.ts'
import { Coverage } from './coverage.ts'
import { RunHistory } from './run-history.ts'

/** Until anything was measured: "5-30 seconds", from the first description of the service. */
const COLD_START = { p50Ms: 5000, p90Ms: 30_000 }
/** Standard deviations between the middle and the 90th percentile of a sum of many runs. */
const Z90 = 1.28
/** From the insert to the start of a job that need not wait. */
const PICK_UP_MS = 25

/** A task as far as its duration depends on it. */
export interface Estimated {
  priority: TaskPriority
  source: TaskSource
}

/** A run that ended well, as it is remembered. */
export interface PastRun {
  source: TaskSource
  processingTimeMs: number | null
}

/**
 * Says how long a new task of a kind will take: from runs of its like, from what waits before it and from how
 * many jobs are done at a time. All of it is known here already; a background timer asks the queue,
 * never an upload.
 */
export class Estimator {
  readonly #deps
  readonly #history = new RunHistory()
  readonly #backlog = new Backlog()
  readonly coverage = new Coverage()
  #timer: NodeJS.Timeout | undefined

  constructor(deps: {
    readLoad: () => Promise<QueueLoad>
    /** Sources of one size take about as long. */
    sizeOf: (source: TaskSource) => string
    intervalMs: number
  }) {
    this.#deps = deps
  }

  /** Watches the queue until `stop`. */
  start(): void {
    void this.#refresh()
    this.#timer = setInterval(() => void this.#refresh(), this.#deps.intervalMs)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** Jobs that wait, as last heard. */
  get waiting(): number {
    return this.#backlog.aheadOf('batch').waiting
  }

  estimate(task: Estimated): TaskEstimate {
    const times = this.#timesOf(task)
    return this.#backlog.isPaused ? { ...times, paused: true } : times
  }

  /** To be told of every task that was accepted here. */
  accepted({ priority }: Estimated): void {
    this.#backlog.added(priority)
  }

  /** To be told of every task that ended, and how long after it was accepted. */
  ended(task: PastRun & { estimate?: TaskEstimate | undefined; epoch: number }, tookMs: number): void {
    this.#backlog.ended()
    this.learn(task)
    // A person who started it again made it late, not the estimate; and nobody can foresee when a
    // pause will end.
    if (task.estimate && task.epoch === 1 && this.#backlog.isServed) this.coverage.add(tookMs <= task.estimate.p90Ms)
  }

  #timesOf({ priority, source }: Estimated): TaskEstimate {
    const { waiting, active, slots } = this.#backlog.aheadOf(priority)
    const run = this.#history.timesOf(this.#deps.sizeOf(source))
    const mean = this.#history.mean()
    const free = Math.max(0, slots - active)
    /** Jobs that must end before this one starts. */
    const before = Math.max(0, waiting + 1 - free)
    // How long the others before it take is not known either.
    if (!run || mean === undefined) return { ...COLD_START, position: waiting }
    const waitMs = (before * mean) / slots + PICK_UP_MS
    const spreadMs = (Z90 * Math.sqrt(before) * mean) / slots
    const scale = this.coverage.scale
    return {
      p50Ms: Math.round(waitMs + run.p50),
      p90Ms: Math.round((waitMs + spreadMs + run.p90) * scale),
      position: waiting,
    }
  }

  /** To be told of past runs, the oldest first. */
  learn({ source, processingTimeMs }: PastRun): void {
    if (processingTimeMs !== null) this.#history.add(this.#deps.sizeOf(source), processingTimeMs)
  }

  async #refresh(): Promise<void> {
    try {
      this.#backlog.refresh(await inTime(this.#deps.intervalMs, this.#deps.readLoad))
    } catch {
      // Redis away: the last numbers serve on.
    }
  }
}
