import { subscribeTaskCommands, type QueueWorker } from '@darkroom/messaging'
import type { Logger, ShutdownPhase } from '@darkroom/runtime'
import type { Storage } from '@darkroom/storage'
import type { Cancellations } from './cancellations.ts'
import { UnfitMachineError, type ChildPool } from './child-pool.ts'
import type { Connections } from './connections.ts'
import type { WorkerConfig } from './env.ts'
import type { IdleWatch } from './idle-watch.ts'
import type { MachineWatch } from './machine-watch.ts'
import type { PauseSwitch } from './pause-switch.ts'
import type { trackRuns } from './track-runs.ts'
import type { Workplace } from './workplace.ts'

interface Parts {
  config: WorkerConfig
  connections: Connections
  worker: QueueWorker
  pool: ChildPool
  workplace: Workplace
  storage: Storage
  machine: MachineWatch
  pauses: PauseSwitch
  cancellations: Cancellations
  runs: ReturnType<typeof trackRuns>
  idleWatch: IdleWatch
  log: Logger
  giveUp: () => void
}

/** The time limit of phases that should end immediately. */
const PROMPT_MS = 2000

/** How a worker starts and ends. */
export function createWorkerLife(parts: Parts) {
  let closing = false
  return {
    async start(): Promise<void> {
      const { config, connections, worker, pool, workplace, machine, cancellations, idleWatch, log } = parts
      try {
        await Promise.all([pool.warm(), workplace.tidy()])
      } catch (error) {
        // What is missing may be added: until then, the machine's check fails for the same reason.
        if (!closing && !(error instanceof UnfitMachineError)) throw error
      }
      // Stopped before it had started: the children were killed by the shutdown.
      if (closing) return
      const { names, workerId, concurrency } = config
      const listening = subscribeTaskCommands(
        connections.subscription,
        names.commands,
        cancellations.handlersFor(worker, log),
      )
      await Promise.all([worker.waitUntilReady(), listening])
      if ((await machine.confirm()) === undefined && !closing) run(parts)
      idleWatch.start()
      log.info({ workerId, concurrency, queue: names.queue, childPids: pool.pids }, 'ready')
    },

    shutdownPhases: (): ShutdownPhase[] => {
      closing = true
      return phasesOf(parts)
    },
  }
}

function run({ worker, log, giveUp }: Parts): void {
  worker.run().catch((error: unknown) => {
    log.fatal({ err: error }, 'worker stopped unexpectedly')
    giveUp()
  })
}

/**
 * A job that is not finished in time has not failed: it stays active in the queue, and another
 * worker takes it once its lock has expired. So the worker leaves the queue before its children are
 * killed.
 */
function phasesOf(parts: Parts): ShutdownPhase[] {
  const { config, connections, worker, pool, workplace, storage, machine, pauses, idleWatch } = parts
  const stopWatching = (): Promise<void> => {
    machine.stop()
    pauses.stop()
    return idleWatch.stop()
  }
  return [
    { name: 'stop watching', timeoutMs: PROMPT_MS, run: stopWatching },
    { name: 'finish running jobs', timeoutMs: config.shutdownTimeoutMs, run: () => drain(parts) },
    { name: 'leave the queue', timeoutMs: PROMPT_MS, run: () => worker.close(true) },
    { name: 'end children', timeoutMs: PROMPT_MS, run: () => pool.close() },
    { name: 'remove scratch files', timeoutMs: PROMPT_MS, run: () => workplace.tidy() },
    { name: 'storage', timeoutMs: PROMPT_MS, run: () => storage.close() },
    { name: 'disconnect', timeoutMs: PROMPT_MS, run: connections.close },
  ]
}

/**
 * Takes no further job and waits for the running ones. Without Redis and without a running job
 * there is nothing to wait for.
 */
async function drain({ worker, runs, connections, pool }: Parts): Promise<void> {
  // A BullMQ worker that is already paused does not wait for running jobs.
  const drained = worker.isPaused() ? runs.settled() : worker.pause()
  if (connections.queue.status === 'ready' || pool.busy > 0) return drained
  drained.catch(() => {})
}
