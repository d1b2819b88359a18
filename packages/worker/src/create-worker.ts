import { announceSlots, createGiveBack, createQueueGauge, createQueueWorker } from '@darkroom/messaging'
import { connectRedis, type Logger } from '@darkroom/runtime'
import { NO_TRACING, type Tracing } from '@darkroom/runtime/tracing'
import { isS3Storage, type Storage } from '@darkroom/storage'
import { Registry } from '@prometheus-io/client'
import { Cancellations } from './cancellations.ts'
import { ChildPool } from './child-pool.ts'
import { openConnections } from './connections.ts'
import { createEndFailedRun } from './end-failed-run.ts'
import type { WorkerConfig } from './env.ts'
import { watchForIdleness } from './idle-watch.ts'
import { MachineWatch } from './machine-watch.ts'
import { createProcessor } from './create-processor.ts'
import { fetchSources } from './fetch-sources.ts'
import { createPauseSwitch } from './pause-switch.ts'
import { readRelease } from './release.ts'
import { createRunReader } from './run-reader.ts'
import { createScratchWorkplace } from './scratch-workplace.ts'
import { createStorageCheck } from './storage-check.ts'
import { tellOutcomes } from './tell-outcomes.ts'
import { trackRuns } from './track-runs.ts'
import type { WorkerApp } from './worker-app.ts'
import { createWorkerLife } from './worker-life.ts'
import { createWorkerMetrics } from './worker-metrics.ts'
import { createDataFolder } from './workplace.ts'

export interface WorkerSurroundings {
  /** Closed at the end of the worker. */
  storage: Storage
  log: Logger
  /** Called when the worker can no longer work and should be replaced. */
  giveUp: () => void
  /** The registry for its metrics; by default nobody reads them. */
  registry?: Registry
  /** Off by default. */
  tracing?: Tracing
  /** Tests pass their own connections. */
  connect?: typeof connectRedis
}

/** Assembles a worker. It does not run yet. */
export function createWorker(app: WorkerApp, config: WorkerConfig, surroundings: WorkerSurroundings) {
  const { storage, log, giveUp, registry = new Registry(), tracing = NO_TRACING, connect = connectRedis } = surroundings
  const { names, workerId, concurrency: slots, dataDir } = config
  const connections = openConnections({ redisUrl: config.redisUrl, names, connect, log })
  const { queue: redis, publisher, publish } = connections
  const pool = new ChildPool(poolOptions(app, config, log))
  const plain = isS3Storage(storage)
    ? createScratchWorkplace({ storage, kind: app.kind, dataDir, log })
    : createDataFolder(dataDir)
  const workplace = app.source
    ? fetchSources(plain, { storage, reader: app.source, dataDir, fetch: config.fetch, log })
    : plain
  const storageCheck = createStorageCheck({ storage, workplace, readExpected: connections.readInstallation })
  const machine = new MachineWatch({
    check: async () => {
      await storageCheck.check()
      await app.check?.()
      await pool.warm()
    },
    pause: () => pauses.pause(),
    resume: () => pauses.resume(),
    log,
  })
  const isReady = (): boolean => machine.trouble === undefined
  const metrics = createWorkerMetrics(registry, { slots, busy: () => pool.busy, isReady })
  const onOutcome = app.watch?.(registry) ?? (() => {})
  // Used by several parts of the worker.
  const runOf = createRunReader(app.kind, workerId, tracing)
  const shared = {
    kind: app.kind,
    pool,
    workplace,
    storageCheck,
    machine,
    cancellations: new Cancellations(),
    metrics,
    publish,
    runOf,
    tracing,
    log,
  }
  const endFailedRun = createEndFailedRun({ ...shared, giveBack: createGiveBack({ redis, names }) })
  const runs = trackRuns(createProcessor({ ...shared, onOutcome, endFailedRun }), redis)
  const worker = createQueueWorker(runs.process, { ...config, redis, telemetry: tracing.telemetry })
  const pauses = createPauseSwitch(worker, config)
  metrics.follow(worker)
  announceSlots(publisher, names, { workerId, slots, version: readRelease() })
  tellOutcomes(worker, shared)
  const gauge = createQueueGauge({ redis: publisher, names })
  const idleWatch = watchForIdleness({
    worker,
    gauge,
    limitMs: config.idleRestartMs,
    isPaused: () => !isReady(),
    log,
    giveUp,
  })
  return {
    pool,
    machine,
    ...createWorkerLife({ ...shared, storage, config, connections, worker, pauses, runs, idleWatch, giveUp }),
  }
}

function poolOptions({ kind: { noun }, program, args }: WorkerApp, config: WorkerConfig, log: Logger) {
  const { childEnv: env, concurrency: size, jobDeadlineMs: deadlineMs, childMaxRssBytes: maxRssBytes } = config
  return { noun, program, args, env, log, size, limits: { deadlineMs, maxRssBytes } }
}
