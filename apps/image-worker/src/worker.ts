import { setImmediate } from 'node:timers/promises'
import {
  announceSlots,
  createGiveBack,
  createImageWorker,
  createQueueGauge,
  createTaskEventsPublisher,
  readAnnouncedInstallation,
  subscribeTaskCommands,
  type ImageProcessor,
  type PublishTaskEvent,
} from '@darkroom/messaging'
import { connectRedis, type Logger, type ShutdownPhase } from '@darkroom/runtime'
import { Registry } from '@prometheus-io/client'
import { Cancellations } from './cancellations.ts'
import { ChildPool } from './child-pool.ts'
import { createEndFailedRun } from './end-failed-run.ts'
import type { WorkerConfig } from './env.ts'
import { watchForIdleness } from './idle-watch.ts'
import { childProgram } from './image-child.ts'
import { MachineWatch } from './machine-watch.ts'
import { createProcessor } from './run-job.ts'
import { createStorageCheck } from './storage-check.ts'
import { tellOutcomes } from './tell-outcomes.ts'
import { createWorkerMetrics } from './worker-metrics.ts'

export interface WorkerSurroundings {
  log: Logger
  /** Called when the worker cannot do its work any more and should be replaced. */
  giveUp: () => void
  /** What is counted goes here; by default nobody reads it. */
  registry?: Registry
  /** Tests put programs and connections of their own here. */
  program?: URL
  connect?: typeof connectRedis
}

/** For ending what is expected to end at once. */
const PROMPT_MS = 2000

/** Everything that a worker is made of, wired but not yet running. */
export function createWorker(
  config: WorkerConfig,
  { log, giveUp, registry = new Registry(), program = childProgram, connect = connectRedis }: WorkerSurroundings,
) {
  const { names, workerId, concurrency } = config
  const redis = connect(config.redisUrl, 'consumer', log)
  // Of its own, so that an event is never behind a blocked or queued command of the worker.
  const publisher = connect(config.redisUrl, 'producer', log)
  const subscription = connect(config.redisUrl, 'consumer', log)
  const publish: PublishTaskEvent = createTaskEventsPublisher(publisher, names.channel, (error, { taskId, eventType }) =>
    log.warn({ taskId, eventType, err: error }, 'event not published'),
  )

  const pool = new ChildPool(poolOptions(config, program, log))
  const cancellations = new Cancellations()
  const storage = createStorageCheck({
    dataDir: config.dataDir,
    readExpected: async () => (redis.status === 'ready' ? readAnnouncedInstallation(redis, names) : undefined),
  })
  const machine = new MachineWatch({
    check: async () => {
      await storage.check()
      await pool.warm()
    },
    pause: () => void worker.pause(true),
    resume: () => void worker.resume(),
    log,
  })
  const metrics = createWorkerMetrics(registry, { slots: concurrency, busy: () => pool.busy, isReady: () => machine.trouble === undefined })
  const endFailedRun = createEndFailedRun({
    giveBack: createGiveBack({ redis, names }),
    machine,
    cancellations,
    publish,
    isStopping: () => pool.isClosed,
    onGivenBack: metrics.givenBack,
    log,
  })
  const runs = new Set<Promise<unknown>>()
  const processJob = createProcessor({
    pool,
    publish,
    workerId,
    cancellations,
    storage,
    machine,
    endFailedRun,
    log,
    onProcessed: metrics.processed,
  })
  const processor: ImageProcessor = (job, token, signal) => {
    const run = processJob(job, token, signal)
    runs.add(run)
    return run.finally(() => runs.delete(run))
  }
  const worker = createImageWorker(processor, { ...config, redis })
  metrics.follow(worker)
  announceSlots(publisher, names, { workerId, slots: concurrency })
  tellOutcomes(worker, { publish, workerId, log })
  const gauge = createQueueGauge({ redis: publisher, names })
  const idleWatch = watchForIdleness({
    worker,
    gauge,
    limitMs: config.idleRestartMs,
    isPaused: () => machine.trouble !== undefined,
    log,
    giveUp,
  })

  const run = (): void => {
    worker.run().catch((error: unknown) => {
      log.fatal({ err: error }, 'the worker stopped')
      giveUp()
    })
  }
  /** Takes no further job and waits for the running ones. Without Redis and without a job there is nothing to wait for. */
  const drain = async (): Promise<void> => {
    // A worker that is paused already does not wait for what still runs.
    const drained = worker.isPaused() ? lastAnswers() : worker.pause()
    if (redis.status === 'ready' || pool.busy > 0) return drained
    drained.catch(() => {})
  }
  const lastAnswers = async (): Promise<void> => {
    await Promise.allSettled(runs)
    await setImmediate()
    // One connection, in order: whatever the queue was told of these runs has been answered.
    await redis.ping()
  }
  const disconnect = async (): Promise<void> => {
    await publisher.quit().catch(() => publisher.disconnect())
    redis.disconnect()
    subscription.disconnect()
  }
  const stopWatching = (): Promise<void> => {
    machine.stop()
    return idleWatch.stop()
  }
  let closing = false
  return {
    pool,
    machine,

    async start(): Promise<void> {
      try {
        await pool.start()
      } catch (error) {
        if (!closing) throw error
      }
      // Told to end before it had begun: ending the children is what kept them from starting.
      if (closing) return
      const listening = subscribeTaskCommands(subscription, names.commands, cancellations.handlersFor(worker, log))
      await Promise.all([worker.waitUntilReady(), listening])
      if ((await machine.confirm()) === undefined && !closing) run()
      idleWatch.start()
      log.info({ workerId, concurrency, queue: names.queue, childPids: pool.pids }, 'ready')
    },

    /**
     * A job that is not done in time stays active in the queue, from where another worker takes it once its lock has
     * run out: it has not failed. So the queue is left before the children are killed.
     */
    shutdownPhases: (): ShutdownPhase[] => {
      closing = true
      return [
        { name: 'stop watching', timeoutMs: PROMPT_MS, run: stopWatching },
        { name: 'finish running jobs', timeoutMs: config.shutdownTimeoutMs, run: drain },
        { name: 'leave the queue', timeoutMs: PROMPT_MS, run: () => worker.close(true) },
        { name: 'end children', timeoutMs: PROMPT_MS, run: () => pool.close() },
        { name: 'disconnect', timeoutMs: PROMPT_MS, run: disconnect },
      ]
    },
  }
}

function poolOptions(config: WorkerConfig, program: URL, log: Logger) {
  const { dataDir, imageMaxPixels, childEnv, concurrency, jobDeadlineMs, childMaxRssBytes } = config
  const limits = { deadlineMs: jobDeadlineMs, maxRssBytes: childMaxRssBytes }
  return { program, dataDir, maxPixels: imageMaxPixels, env: childEnv, log, size: concurrency, limits }
}
