import { recoverStalledJobs, type QueueWorker } from '@darkroom/messaging'

export type PauseSwitch = ReturnType<typeof createPauseSwitch>

/**
 * Pauses and resumes a worker. While it is paused, it still returns the jobs of killed workers to the
 * queue. Otherwise, if all workers were paused by the same full disk, the tasks of a killed one would
 * stay `processing` until there is room again.
 */
export function createPauseSwitch(worker: QueueWorker, { stalledIntervalMs }: { stalledIntervalMs: number }) {
  let timer: NodeJS.Timeout | undefined
  let recovering: Promise<void> | undefined
  const stop = (): void => clearInterval(timer)
  /** One call at a time: while Redis is away, it waits. After an error, the next one tries again. */
  const recover = (): void => {
    recovering ??= recoverStalledJobs(worker)
      .catch(() => {})
      .finally(() => (recovering = undefined))
  }
  return {
    pause(): void {
      void worker.pause(true)
      stop()
      timer = setInterval(recover, stalledIntervalMs)
    },
    resume(): void {
      stop()
      void worker.resume()
    },
    stop,
  }
}
