import { TASK_KINDS, TASK_STATUSES, type Stats, type TaskKind, type TaskStatus } from '@darkroom/contracts'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { percentile } from '../estimates/run-history.ts'
import { remember } from '../metrics/remember.ts'
import type { CleanupTotalsStore } from '../tasks/cleanup-totals-store.ts'
import type { StatsStore, TaskGroup } from './stats-store.ts'

/** The whole collection is read for the totals: not more often than this, whoever asks. */
const FRESH_MS = 10_000
const SAMPLE = 1000

/** What a tenant's tasks come to. */
export class GetStats extends RequestData<Stats> {
  readonly tenant: string

  constructor(tenant: string) {
    super()
    this.tenant = tenant
  }
}

export class GetStatsHandler implements RequestHandler<GetStats, Stats> {
  readonly #deps
  readonly #known = new Map<string, () => Promise<Stats>>()

  constructor(deps: { store: StatsStore; cleanups: CleanupTotalsStore }) {
    this.#deps = deps
  }

  async handle({ tenant }: GetStats): Promise<Stats> {
    const known = this.#known.get(tenant) ?? remember(FRESH_MS, () => this.#count(tenant))
    this.#known.set(tenant, known)
    return known().catch((error: unknown) => {
      this.#known.delete(tenant)
      throw error
    })
  }

  async #count(tenant: string): Promise<Stats> {
    const { store, cleanups } = this.#deps
    const [groups, bytesOut, times, cleanup] = await Promise.all([
      store.groups(tenant),
      store.bytesOut(tenant),
      store.recentTimes(tenant, SAMPLE),
      cleanups.read(),
    ])
    const sum = (of: (group: TaskGroup) => number): number => groups.reduce((total, group) => total + of(group), 0)
    return {
      tasks: {
        total: sum(({ count }) => count),
        byStatus: byStatus(groups),
        byKind: Object.fromEntries(TASK_KINDS.map((kind) => [kind, byStatus(groups.filter((group) => group.kind === kind))])) as Record<
          TaskKind,
          Record<TaskStatus, number>
        >,
      },
      bytes: { in: sum(({ bytesIn }) => bytesIn), out: bytesOut },
      durations: {
        sample: times.length,
        waitMs: percentilesOf(times.map(({ waitMs }) => waitMs)),
        runMs: percentilesOf(times.map(({ runMs }) => runMs)),
      },
      cleanup,
      at: new Date().toISOString(),
    }
  }
}

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
