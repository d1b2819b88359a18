import { TASK_KINDS, type CleanupTotals, type TaskKind } from '@darkroom/contracts'
import type { TaskQueue } from '@darkroom/messaging'
import { inTime } from '@darkroom/runtime'
import { Counter, Gauge, type Registry } from '@prometheus-io/client'
import { workOf } from '../estimates/work.ts'
import { remember } from '../ground/remember.ts'

/** A scrape must not wait for a store that hangs. */
const ANSWER_MS = 2000
/** Scrapes within this time share one query of the stores. */
const FRESH_MS = 1000

export interface Backlog {
  /** Tasks that have not ended, and those of them that should have ended long ago. */
  unfinished: number
  stuck: number
}

interface Sources {
  queues: readonly TaskQueue[]
  /** The average duration of a run. */
  runMsOf: (kind: TaskKind) => number
  backlog: () => Promise<Backlog>
  cleanupTotals: () => Promise<CleanupTotals>
  /** How far each has come, from 0 to 1. */
  migrations: ReadonlyMap<string, number>
  /**
   * The share of recent tasks of a kind that ended within their estimate; undefined before the
   * first.
   */
  coverageOf: (kind: TaskKind) => number | undefined
}

/**
 * The current state, read on each scrape. Values that cannot be read are left out, and
 * `darkroom_service_up` shows why.
 */
export function createStateMetrics(registry: Registry, sources: Sources): void {
  const { queues, runMsOf, backlog, cleanupTotals, migrations, coverageOf } = sources
  const readAll = () => Promise.all(queues.map((queue) => readQueue(queue, runMsOf)))
  const ofQueues = remember(FRESH_MS, () => inTime(ANSWER_MS, readAll))
  const ofStore = remember(FRESH_MS, async () => {
    const [counts, cleanup] = await inTime(ANSWER_MS, () => Promise.all([backlog(), cleanupTotals()]))
    return { ...counts, cleanup }
  })
  addGauge(registry, 'darkroom_service_up', 'Whether a store responds', ['service'], async (self) => {
    self.set({ service: 'queue' }, await up(ofQueues()))
    self.set({ service: 'mongo' }, await up(ofStore()))
  })
  addQueueGauges(registry, ofQueues)
  addStoreMetrics(registry, ofStore)
  const help = 'Share of recent tasks that ended within their estimated p90; should be near 0.9'
  addGauge(registry, 'darkroom_estimate_coverage_ratio', help, ['kind'], (self) => {
    for (const kind of TASK_KINDS) {
      const share = coverageOf(kind)
      if (share !== undefined) self.set({ kind }, share)
    }
  })
  const migrated = 'Share of the documents that a migration has checked; 1 when it is done'
  addGauge(registry, 'darkroom_migration_progress_ratio', migrated, ['migration'], (self) => {
    for (const [migration, share] of migrations) self.set({ migration }, share)
  })
}

type QueueState = Awaited<ReturnType<typeof readQueue>>
type StoreState = Backlog & { cleanup: CleanupTotals }

async function readQueue(queue: TaskQueue, runMsOf: Sources['runMsOf']) {
  const [counts, load] = await Promise.all([queue.counts(), queue.load()])
  const { workSeconds } = workOf(load, runMsOf(queue.kind.kind))
  return { name: queue.name, ...counts, slots: load.slots, workSeconds }
}

function addQueueGauges(registry: Registry, ofQueues: () => Promise<QueueState[]>): void {
  const perQueue = (name: string, help: string, valueOf: (queue: QueueState) => number): void =>
    addGauge(registry, name, help, ['queue'], async (self) => {
      for (const queue of await ofQueues()) self.set({ queue: queue.name }, valueOf(queue))
    })
  addGauge(registry, 'darkroom_queue_jobs', 'Jobs by state', ['queue', 'state'], async (self) => {
    for (const { name, waiting, prioritized, active, delayed, completed, failed } of await ofQueues())
      for (const [state, value] of Object.entries({ waiting, prioritized, active, delayed, completed, failed }))
        self.set({ queue: name, state }, value)
  })
  perQueue('darkroom_queue_paused', '1 while the queue is paused', ({ isPaused }) => (isPaused ? 1 : 0))
  perQueue('darkroom_queue_workers', 'Connected workers', ({ workers }) => workers)
  perQueue('darkroom_queue_slots', 'Concurrent jobs of all workers', ({ slots }) => slots)
  perQueue('darkroom_queue_work_seconds', 'How long one slot would take for all jobs', (queue) => queue.workSeconds)
  perQueue('darkroom_queue_oldest_waiting_seconds', 'Age of the job that has waited longest', (queue) =>
    queue.oldestWaitingSince === null ? 0 : Math.max(0, Date.now() - queue.oldestWaitingSince) / 1000,
  )
}

function addStoreMetrics(registry: Registry, ofStore: () => Promise<StoreState>): void {
  addGauge(
    registry,
    'darkroom_tasks_unfinished',
    'Tasks without a final status, counted up to 100000',
    [],
    async (self) => self.set((await ofStore()).unfinished),
  )
  addGauge(
    registry,
    'darkroom_tasks_stuck',
    'Unfinished tasks that have taken more than three times as long as expected: 0 unless something is wrong',
    [],
    async (self) => self.set((await ofStore()).stuck),
  )
  const cleanup = new Counter({
    name: 'darkroom_cleanup_total',
    help: 'What clean-ups have removed in total, over all replicas',
    labelNames: ['what'],
    registers: [registry],
    async collect() {
      cleanup.reset()
      const state = await ofStore().catch(() => undefined)
      if (state) for (const [what, value] of Object.entries(sumsOf(state.cleanup))) cleanup.inc({ what }, value)
    },
  })
}

const sumsOf = (totals: CleanupTotals) => ({
  runs: totals.runs,
  tasks_expired: totals.tasksExpired,
  files_removed: totals.filesRemoved,
  bytes_freed: totals.bytesFreed,
  records_removed: totals.recordsRemoved,
  queue_rows_removed: totals.queueRowsRemoved,
})

/** A gauge that is set on each scrape, and left out if that fails. */
function addGauge<L extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: L[],
  set: (self: Gauge<L>) => Promise<void> | void,
): void {
  void new Gauge({
    name,
    help,
    labelNames,
    registers: [registry],
    async collect(this: Gauge<L>) {
      this.reset()
      if (labelNames.length === 0) this.remove()
      await Promise.resolve(set(this)).catch(() => {})
    },
  })
}

const up = (asked: Promise<unknown>): Promise<number> =>
  asked.then(
    () => 1,
    () => 0,
  )
