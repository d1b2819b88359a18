import { recoverStalledJobs, type QueueWorker } from '@darkroom/messaging'

export type PauseSwitch = ReturnType<typeof createPauseSwitch>

/**
 * Pauses and resumes a worker. While it is paused it still returns the jobs of killed workers to
 * the queue: if all workers share a full disk, nobody else would, and their tasks would stay
 * `processing` until the disk has room again.
 */
export function createPauseSwitch(worker: QueueWorker, { stalledIntervalMs }: { stalledIntervalMs: number }) {
  let timer: NodeJS.Timeout | undefined
  const stop = (): void => clearInterval(timer)
  // Without Redis there is nothing to recover; the next call tries again.
  const recover = (): void => void recoverStalledJobs(worker).catch(() => {})
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
