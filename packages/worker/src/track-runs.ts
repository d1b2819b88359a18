import { setImmediate } from 'node:timers/promises'
import type { JobProcessor } from '@darkroom/messaging'
import type { connectRedis } from '@darkroom/runtime'

/** Keeps track of the current runs, because a paused BullMQ worker does not wait for them. */
export function trackRuns(processJob: JobProcessor, redis: ReturnType<typeof connectRedis>) {
  const runs = new Set<Promise<unknown>>()
  // BullMQ counts the parameters: it passes the signal only to a function that declares all three.
  const process: JobProcessor = (job, token, signal) => {
    const run = processJob(job, token, signal)
    runs.add(run)
    return run.finally(() => runs.delete(run))
  }
  return {
    process,

    /** Resolves when the queue knows how all of them ended. */
    async settled(): Promise<void> {
      await Promise.allSettled(runs)
      await setImmediate()
      // The commands of a connection are ordered: all earlier ones about these runs have been
      // answered.
      await redis.ping()
    },
  }
}
