import {
  DEFAULT_TENANT,
  TASK_KINDS,
  TASK_STATUSES,
  type Stats,
  type StatsMinute,
  type TaskKind,
  type TaskStatus,
} from '@darkroom/contracts'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { AppError } from '../app-error.ts'
import { percentile } from '../estimates/run-history.ts'
import { remember } from '../ground/remember.ts'
import type { CleanupTotalsStore } from '../removal/cleanup-totals-store.ts'
import type { MinuteStore } from './minute-store.ts'
import type { StatsStore, TaskGroup } from './stats-store.ts'
import type { TaskTotals } from './task-totals.ts'

const FRESH_MS = 10_000
const SAMPLE = 1000
const PATIENCE_MS = 2000
/** For other tenants: the totals are those of the whole installation. */
const NO_CLEANUP: Stats['cleanup'] = {
  runs: 0,
  tasksExpired: 0,
  filesRemoved: 0,
  bytesFreed: 0,
  recordsRemoved: 0,
  queueRowsRemoved: 0,
  lastRunAt: null,
}

/** The totals of a tenant's tasks, and with `since` what has ended in each minute. */
export class GetStats extends RequestData<Stats> {
  readonly tenant: string
  readonly since: Date | undefined

  constructor(tenant: string, since?: Date) {
    super()
    this.tenant = tenant
    this.since = since
  }
}

export class GetStatsHandler implements RequestHandler<GetStats, Stats> {
  readonly #deps
  readonly #known = new Map<string, () => Promise<Stats>>()

  constructor(deps: { store: StatsStore; totals: TaskTotals; cleanups: CleanupTotalsStore; minutes: MinuteStore }) {
    this.#deps = deps
  }

  async handle({ tenant, since }: GetStats): Promise<Stats> {
    const totals = await this.#totals(tenant)
    return since ? { ...totals, minutes: await this.#minutes(tenant, since) } : totals
  }

  async #minutes(tenant: string, since: Date): Promise<StatsMinute[]> {
    const found = await this.#deps.minutes.since(tenant, since)
    return found.map(({ at, completed, failed, bytesIn, bytesOut, waitMs, runMs }) => ({
      at: at.toISOString(),
      completed,
      failed,
      bytes: { in: bytesIn, out: bytesOut },
      waitMs: completed ? Math.round(waitMs / completed) : null,
      runMs: completed ? Math.round(runMs / completed) : null,
    }))
  }

  #totals(tenant: string): Promise<Stats> {
    const known = this.#known.get(tenant) ?? remember(FRESH_MS, () => this.#count(tenant))
    this.#known.set(tenant, known)
    return known().catch((error: unknown) => {
      this.#known.delete(tenant)
      throw error
    })
  }

  async #count(tenant: string): Promise<Stats> {
    const { store, totals, cleanups } = this.#deps
    const [counted, times, cleanup] = await Promise.all([
      totals.read(PATIENCE_MS),
      store.recentTimes(tenant, SAMPLE),
      tenant === DEFAULT_TENANT ? cleanups.read() : NO_CLEANUP,
    ])
    if (!counted) throw stillCounting()
    const groups = counted.groups.filter((group) => group.tenant === tenant)
    const sum = (of: (group: TaskGroup) => number): number => groups.reduce((total, group) => total + of(group), 0)
    return {
      tasks: {
        total: sum(({ count }) => count),
        byStatus: byStatus(groups),
        byKind: Object.fromEntries(
          TASK_KINDS.map((kind) => [kind, byStatus(groups.filter((group) => group.kind === kind))]),
        ) as Record<TaskKind, Record<TaskStatus, number>>,
      },
      bytes: { in: sum(({ bytesIn }) => bytesIn), out: sum(({ bytesOut }) => bytesOut) },
      durations: {
        sample: times.length,
        waitMs: percentilesOf(times.map(({ waitMs }) => waitMs)),
        runMs: percentilesOf(times.map(({ runMs }) => runMs)),
      },
      cleanup,
      at: counted.at.toISOString(),
    }
  }
}

const stillCounting = (): AppError =>
  new AppError('STORE_UNAVAILABLE', 'The tasks are being counted for the first time; try again in a moment.', {
    headers: { 'Retry-After': '5' },
  })

function byStatus(groups: readonly TaskGroup[]): Record<TaskStatus, number> {
  const counts = Object.fromEntries(TASK_STATUSES.map((status) => [status, 0])) as Record<TaskStatus, number>
  for (const { status, count } of groups) counts[status] += count
  return counts
}

function percentilesOf(values: readonly (number | null)[]): Stats['durations']['waitMs'] {
  const sorted = values.filter((value) => value !== null).toSorted((a, b) => a - b)
  if (sorted.length === 0) return { p50: null, p95: null, p99: null }
  return { p50: percentile(sorted, 0.5), p95: percentile(sorted, 0.95), p99: percentile(sorted, 0.99) }
}
