import { inTime } from '@darkroom/runtime'
import type { CleanupTotals } from '@darkroom/contracts'
import type { ImageQueue } from '@darkroom/messaging'
import { Counter, Gauge, type Registry } from '@prometheus-io/client'
import type { Coverage } from '../estimates/coverage.ts'
import { remember } from '../ground/remember.ts'

/** A scrape must not wait for a store that hangs. */
const ANSWER_MS = 2000
/** Several scrapes within this time ask the stores once. */
const FRESH_MS = 1000

export interface Backlog {
  /** Tasks that have not ended, and those of them that should have ended long ago. */
  unfinished: number
  stuck: number
}

interface Sources {
  queue: ImageQueue
  backlog: () => Promise<Backlog>
  cleanupTotals: () => Promise<CleanupTotals>
  coverage: Coverage
}

/**
 * How things stand, asked when somebody scrapes. What cannot be asked is left out, and
 * `darkroom_service_up` says why.
 */
export function createStateMetrics(registry: Registry, sources: Sources): void {
  const { queue, coverage } = sources
  const registers = [registry]
  const gauge = <L extends string>(
    name: string,
    help: string,
    labelNames: L[],
    set: (self: Gauge<L>) => Promise<void> | void,
  ): Gauge<L> =>
    new Gauge({
      name,
      help,
      labelNames,
      registers,
      async collect(this: Gauge<L>) {
        this.reset()
        if (labelNames.length === 0) this.remove()
        await Promise.resolve(set(this)).catch(() => {})
      },
    })
  const ofQueue = remember(FRESH_MS, async () => {
    const [counts, load] = await inTime(ANSWER_MS, () => Promise.all([queue.counts(), queue.load()]))
    return { ...counts, slots: load.slots }
  })
  const ofStore = remember(FRESH_MS, async () => {
    const [backlog, cleanup] = await inTime(ANSWER_MS, () => Promise.all([sources.backlog(), sources.cleanupTotals()]))
    return { ...backlog, cleanup }
  })
  const up = async (asked: Promise<unknown>): Promise<number> =>
    asked.then(
      () => 1,
      () => 0,
    )

  gauge('darkroom_service_up', 'Whether a store responds', ['service'], async (self) => {
    self.set({ service: 'queue' }, await up(ofQueue()))
    self.set({ service: 'mongo' }, await up(ofStore()))
  })
  gauge('darkroom_queue_jobs', 'Jobs by state', ['queue', 'state'], async (self) => {
    const { waiting, prioritized, active, delayed, completed, failed } = await ofQueue()
    for (const [state, value] of Object.entries({ waiting, prioritized, active, delayed, completed, failed }))
      self.set({ queue: queue.name, state }, value)
  })
  gauge('darkroom_queue_paused', '1 while the queue is paused', ['queue'], async (self) => {
    self.set({ queue: queue.name }, (await ofQueue()).isPaused ? 1 : 0)
  })
  gauge('darkroom_queue_workers', 'Connected workers', ['queue'], async (self) =>
    self.set({ queue: queue.name }, (await ofQueue()).workers),
  )
  gauge('darkroom_queue_slots', 'Concurrent jobs of all workers', ['queue'], async (self) =>
    self.set({ queue: queue.name }, (await ofQueue()).slots),
  )
  gauge('darkroom_queue_oldest_waiting_seconds', 'Age of the job that has waited longest', ['queue'], async (self) => {
    const { oldestWaitingSince } = await ofQueue()
    self.set(
      { queue: queue.name },
      oldestWaitingSince === null ? 0 : Math.max(0, Date.now() - oldestWaitingSince) / 1000,
    )
  })
  gauge('darkroom_tasks_unfinished', 'Tasks without a final status, counted up to 100000', [], async (self) =>
    self.set((await ofStore()).unfinished),
  )
  gauge(
    'darkroom_tasks_stuck',
    'Unfinished tasks that have taken more than three times as long as expected: 0 unless something is wrong',
    [],
    async (self) => self.set((await ofStore()).stuck),
  )
  const cleanup = new Counter({
    name: 'darkroom_cleanup_total',
    help: 'What clean-ups have removed in total, over all replicas',
    labelNames: ['what'],
    registers,
    async collect() {
      cleanup.reset()
      const totals = await ofStore().catch(() => undefined)
      if (!totals) return
      const { runs, tasksExpired, filesRemoved, bytesFreed, recordsRemoved } = totals.cleanup
      const sums = {
        runs,
        tasks_expired: tasksExpired,
        files_removed: filesRemoved,
        bytes_freed: bytesFreed,
        records_removed: recordsRemoved,
      }
      for (const [what, value] of Object.entries(sums)) cleanup.inc({ what }, value)
    },
  })
  gauge(
    'darkroom_estimate_coverage_ratio',
    'Share of recent tasks that ended within their estimated p90; should be near 0.9',
    [],
    (self) => {
      if (coverage.share !== undefined) self.set(coverage.share)
    },
  )
}
