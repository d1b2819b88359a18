import type { TaskEvent } from '@darkroom/contracts'
import { Counter, Histogram, type Registry } from '@prometheus-io/client'
import { isEnd } from '../tasks/announce.ts'
import type { OnRead } from '../tasks/task-cache.ts'
import type { TaskRecord } from '../tasks/task.ts'

const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800]
const LAG_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 30]

type CacheReads = Record<Parameters<OnRead>[0], { inc: () => void }>

/**
 * Changes of tasks, counted by the process that wrote them: over all replicas, each change is
 * counted once.
 */
export function createTaskMetrics(registry: Registry) {
  const { created, ended, bytesIn, bytesOut, retries, failures, cacheReads } = createCounters(registry)
  const { attempts, wait, run, lag } = createHistograms(registry)

  // Looked up once, as these are counted on every read.
  const [hits, misses] = ['hit', 'miss'].map((result) => {
    const of = (entry: string) => cacheReads.labels({ entry, result })
    return { task: of('task'), list: of('list'), count: of('count') }
  }) as [CacheReads, CacheReads]

  const taskEnded = (task: TaskRecord): void => {
    const { kind, status, priority } = task
    ended.inc({ kind, status })
    attempts.observe({ kind, status }, task.attempts.made)
    if (task.waitMs !== null) wait.observe({ kind, priority }, task.waitMs / 1000)
    if (task.processingTimeMs !== null) run.observe({ kind }, task.processingTimeMs / 1000)
    for (const { bytes } of task.files) bytesOut.inc({ kind }, bytes)
    if (status === 'failed') failures.inc({ kind, code: task.error?.code ?? 'UNKNOWN' })
  }
  return {
    taskCreated({ kind, priority, source }: Pick<TaskRecord, 'kind' | 'priority' | 'source'>): void {
      created.inc({ kind, priority })
      bytesIn.inc({ kind }, source.bytes ?? 0)
    },
    /** A change that took effect, and the event that caused it. */
    taskChanged(task: TaskRecord, event: TaskEvent, now: number): void {
      if (event.eventType === 'task.retry') retries.inc({ kind: task.kind, code: event.code })
      if (event.eventType === 'task.completed') bytesIn.inc({ kind: task.kind }, event.source?.bytes ?? 0)
      if (isEnd(event)) taskEnded(task)
      if (['task.completed', 'task.failed', 'task.retry'].includes(event.eventType))
        lag.observe(Math.max(0, now - event.timestamp) / 1000)
    },
    cacheRead: ((entry, hit) => (hit ? hits : misses)[entry].inc()) as OnRead,
  }
}

function createCounters(registry: Registry) {
  const counter = <L extends string>(name: string, help: string, labelNames: L[]): Counter<L> =>
    new Counter({ name, help, labelNames, registers: [registry] })
  return {
    created: counter('darkroom_tasks_created_total', 'Tasks accepted', ['kind', 'priority']),
    ended: counter('darkroom_tasks_ended_total', 'Tasks ended, by final status', ['kind', 'status']),
    bytesIn: counter('darkroom_source_bytes_total', 'Bytes of accepted files', ['kind']),
    bytesOut: counter('darkroom_variant_bytes_total', 'Bytes of finished variants', ['kind']),
    retries: counter('darkroom_task_retries_total', 'Failed attempts that are retried', ['kind', 'code']),
    failures: counter('darkroom_task_failures_total', 'Tasks that failed for good', ['kind', 'code']),
    cacheReads: counter('darkroom_cache_reads_total', 'Cache reads', ['entry', 'result']),
  }
}

function createHistograms(registry: Registry) {
  const registers = [registry]
  return {
    attempts: new Histogram({
      name: 'darkroom_task_attempts',
      help: 'Attempts per task at its end',
      labelNames: ['kind', 'status'],
      buckets: [1, 2, 3, 5, 10],
      registers,
    }),
    wait: new Histogram({
      name: 'darkroom_task_wait_seconds',
      help: 'Time from acceptance to the start of the last run',
      labelNames: ['kind', 'priority'],
      buckets: SECONDS,
      registers,
    }),
    run: new Histogram({
      name: 'darkroom_task_run_seconds',
      help: 'Duration of the run that completed a task',
      labelNames: ['kind'],
      buckets: SECONDS,
      registers,
    }),
    lag: new Histogram({
      name: 'darkroom_event_lag_seconds',
      help: "From a run's end in the worker to the update of the task's document; compares the clocks of two machines",
      buckets: LAG_SECONDS,
      registers,
    }),
  }
}
