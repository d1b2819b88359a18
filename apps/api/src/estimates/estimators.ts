import { KINDS, perKind, type TaskKind, type TaskSource } from '@darkroom/contracts'
import type { TaskQueues, TenantWeights } from '@darkroom/messaging'
import type { Logger } from '@darkroom/runtime'
import { Estimator, type PastRun } from './estimator.ts'

/** One estimator for each kind, as each has its own queue and workers. */
export function createEstimators(parts: {
  queues: TaskQueues
  sizeOf: (kind: TaskKind, source: TaskSource) => string
  /** Past runs of all kinds, newest first. */
  readRuns: () => Promise<(PastRun & { kind: TaskKind })[]>
  intervalMs: number
  weights: TenantWeights
  log: Logger
}) {
  const { queues, sizeOf, readRuns, intervalMs, weights, log } = parts
  const { of, all } = perKind(
    (kind) =>
      new Estimator({
        readLoad: () => queues.of(kind).load(),
        sizeOf: (source) => sizeOf(kind, source),
        intervalMs,
        weights,
        coldStart: KINDS[kind].policy.firstEstimate,
      }),
  )
  return {
    of,

    /** The number of waiting jobs of all queues at the last reading. */
    waiting: (): number => all.reduce((sum, { waiting }) => sum + waiting, 0),

    /** Starts reading the queues, and learns from past runs in the store. */
    async start(): Promise<void> {
      for (const estimator of all) estimator.start()
      const runs = await readRuns().catch((error: unknown) => {
        log.warn({ err: error }, 'past runs could not be read: estimates start without them')
        return []
      })
      for (const run of runs.toReversed()) of(run.kind).learn(run)
    },

    stop(): void {
      for (const estimator of all) estimator.stop()
    },
  }
}
