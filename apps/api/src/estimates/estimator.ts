import type { TaskEstimate, TaskPriority, TaskSource } from '@darkroom/contracts'
import type { QueueLoad, TenantWeights } from '@darkroom/messaging'
import { inTime } from '@darkroom/runtime'
import { remember } from '../ground/remember.ts'
import { Backlog } from './backlog.ts'
import { Coverage } from './coverage.ts'
import { RunHistory } from './run-history.ts'
import { workOf } from './work.ts'

/**
 * Used until something has been measured: "5-30 seconds", from the first description of the
 * service.
 */
const COLD_START = { p50Ms: 5000, p90Ms: 30_000 }
/** However often the work is asked for, the queue is read at most once in this time. */
const WORK_FRESH_MS = 1000
/** Standard deviations between the median and the 90th percentile of the sum of many runs. */
const Z90 = 1.28
/** From the insert to the start of a job that does not have to wait. */
const PICK_UP_MS = 25

/** What the duration of a task depends on. */
export interface Estimated {
  tenant: string
  priority: TaskPriority
  source: TaskSource
}

/** A successful run of the past. */
export interface PastRun {
  source: TaskSource
  processingTimeMs: number | null
}

/**
 * Estimates how long a new task of a kind will take: from similar runs, from the jobs before it and
 * from how many jobs run at a time. All of this is in memory; a background timer queries the queue,
 * never an upload.
 */
export class Estimator {
  readonly #deps
  readonly #history = new RunHistory()
  readonly #backlog
  readonly coverage = new Coverage()
  /** The current load. Rejects while Redis is unreachable. */
  readonly work = remember(WORK_FRESH_MS, async () => workOf(await this.#deps.readLoad(), this.runMs))
  #timer: NodeJS.Timeout | undefined

  constructor(deps: {
    readLoad: () => Promise<QueueLoad>
    /** Groups sources by size: those of one size take about as long. */
    sizeOf: (source: TaskSource) => string
    intervalMs: number
    /** Of a kind that differs from the default. */
    coldStart?: { p50Ms: number; p90Ms: number } | undefined
    weights?: TenantWeights
  }) {
    this.#deps = deps
    this.#backlog = new Backlog(deps.weights)
  }

  /** Reads the state of the queue regularly until `stop`. */
  start(): void {
    void this.#refresh()
    this.#timer = setInterval(() => void this.#refresh(), this.#deps.intervalMs)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** The number of waiting jobs at the last reading. */
  get waiting(): number {
    return this.#backlog.waiting
  }

  /** The average duration of a run. */
  get runMs(): number {
    return this.#history.mean() ?? this.#coldStart.p50Ms
  }

  get #coldStart(): { p50Ms: number; p90Ms: number } {
    return this.#deps.coldStart ?? COLD_START
  }

  estimate(task: Estimated): TaskEstimate {
    const times = this.#timesOf(task)
    return this.#backlog.isPaused ? { ...times, paused: true } : times
  }

  /** Call for every task that was accepted here. */
  accepted({ priority, tenant }: Omit<Estimated, 'source'>): void {
    this.#backlog.added(priority, tenant)
  }

  /** Call for every task that ended, with the time since it was accepted. */
  ended(task: PastRun & { estimate?: TaskEstimate | undefined; epoch: number }, tookMs: number): void {
    this.#backlog.ended()
    this.learn(task)
    // A restart delays a task, which does not make its estimate wrong; and the end of a pause cannot
    // be predicted.
    if (task.estimate && task.epoch === 1 && this.#backlog.isServed) this.coverage.add(tookMs <= task.estimate.p90Ms)
  }

  #timesOf({ priority, tenant, source }: Estimated): TaskEstimate {
    const { waiting, active, slots } = this.#backlog.aheadOf(priority, tenant)
    const run = this.#history.timesOf(this.#deps.sizeOf(source))
    const mean = this.#history.mean()
    const free = Math.max(0, slots - active)
    /** Jobs that must end before this one starts. */
    const before = Math.max(0, waiting + 1 - free)
    // The time of the jobs before it is not known either.
    if (!run || mean === undefined) return { ...this.#coldStart, position: waiting }
    const waitMs = (before * mean) / slots + PICK_UP_MS
    const spreadMs = (Z90 * Math.sqrt(before) * mean) / slots
    const scale = this.coverage.scale
    return {
      p50Ms: Math.round(waitMs + run.p50),
      p90Ms: Math.round((waitMs + spreadMs + run.p90) * scale),
      position: waiting,
    }
  }

  /** Call with past runs, oldest first. */
  learn({ source, processingTimeMs }: PastRun): void {
    if (processingTimeMs !== null) this.#history.add(this.#deps.sizeOf(source), processingTimeMs)
  }

  async #refresh(): Promise<void> {
    try {
      this.#backlog.refresh(await inTime(this.#deps.intervalMs, this.#deps.readLoad))
    } catch {
      // Redis is unreachable: the last numbers remain in use.
    }
  }
}
