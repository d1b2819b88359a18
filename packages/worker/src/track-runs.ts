import { setImmediate } from 'node:timers/promises'
import type { JobProcessor } from '@darkroom/messaging'
import type { connectRedis } from '@darkroom/runtime'

/** Knows the runs that go on, for BullMQ does not wait for them once it is paused. */
export function trackRuns(processJob: JobProcessor, redis: ReturnType<typeof connectRedis>) {
  const runs = new Set<Promise<unknown>>()
  // BullMQ counts the parameters: it hands out the signal only to a function that names all three.
  const process: JobProcessor = (job, token, signal) => {
    const run = processJob(job, token, signal)
    runs.add(run)
    return run.finally(() => runs.delete(run))
  }
  return {
    process,

    /** Resolves when the queue has been told how all of them ended. */
    async settled(): Promise<void> {
      await Promise.allSettled(runs)
      await setImmediate()
      // One connection, in order: whatever the queue was told of these runs has been answered.
      await redis.ping()
    },
  }
}
