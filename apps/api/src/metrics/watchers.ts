import { DEFAULT_TENANT } from '@darkroom/contracts'
import type { TaskQueues, TenantWeights } from '@darkroom/messaging'
import type { Logger } from '@darkroom/runtime'
import type { Registry } from '@prometheus-io/client'
import { createEstimators } from '../estimates/estimators.ts'
import { remember } from '../ground/remember.ts'
import { createStateMetrics } from './state-metrics.ts'
import { createTaskMetrics } from './task-metrics.ts'
import type { CleanupTotalsStore } from '../removal/cleanup-totals-store.ts'
import { sizeOf, type Kinds } from '../tasks/kind.ts'
import type { TaskStore } from '../tasks/task-store.ts'
import { isEnd, isFirst, type TaskListener } from '../tasks/announce.ts'

/** Enough past runs to estimate how long the next ones will take. */
const RUNS_LEARNED = 500
const BACKLOG_MS = 1000
const BACKLOG_COUNTED = 100_000

/** Everything that observes tasks without affecting them: metrics and estimates. */
export function createWatchers(parts: {
  registry: Registry
  queues: TaskQueues
  kinds: Kinds
  store: TaskStore
  cleanups: CleanupTotalsStore
  /** How far each has come, from 0 to 1. */
  migrations: ReadonlyMap<string, number>
  intervalMs: number
  weights: TenantWeights
  log: Logger
  now: () => number
}) {
  const { registry, queues, kinds, store, cleanups, migrations, intervalMs, weights, log, now } = parts
  const tasks = createTaskMetrics(registry)
  const estimators = createEstimators({
    queues,
    sizeOf: (kind, source) => sizeOf(kinds, kind, source),
    readRuns: () => store.recentRuns(DEFAULT_TENANT, RUNS_LEARNED),
    intervalMs,
    weights,
    log,
  })
  // The health check and the metrics may ask at any time, and counting gets more expensive as the
  // backlog grows.
  const count = async () => {
    const [unfinished, stuck] = await Promise.all([
      store.countUnfinished(BACKLOG_COUNTED),
      store.countStuck(new Date(now()), BACKLOG_COUNTED),
    ])
    return { unfinished, stuck }
  }
  const backlog = remember(BACKLOG_MS, count, { costly: true })
  createStateMetrics(registry, {
    queues: queues.all,
    runMsOf: (kind) => estimators.of(kind).runMs,
    backlog,
    cleanupTotals: () => cleanups.read(),
    migrations,
    coverageOf: (kind) => estimators.of(kind).coverage.share,
  })
  const onTask: TaskListener = (task, event) => {
    if (isFirst(event)) {
      tasks.taskCreated(task)
      estimators.of(task.kind).accepted(task)
      return
    }
    tasks.taskChanged(task, event, now())
    if (!isEnd(event) || !task.finishedAt) return
    const { estimate, ...ended } = task
    // A cancellation says nothing about the estimate.
    const judged = task.status === 'cancelled' ? ended : { ...ended, estimate }
    estimators.of(task.kind).ended(judged, task.finishedAt.getTime() - task.createdAt.getTime())
  }
  return { estimators, backlog, cacheRead: tasks.cacheRead, onTask }
}
