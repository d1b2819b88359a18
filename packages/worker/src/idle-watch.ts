import type { QueueGauge, QueueReading, QueueWorker } from '@darkroom/messaging'
import type { Logger } from '@darkroom/runtime'

export interface IdleWatchOptions {
  worker: QueueWorker
  gauge: QueueGauge
  /** How long jobs may wait while none is running. */
  limitMs: number
  /** Whether the worker deliberately takes no jobs. */
  isPaused: () => boolean
  log: Logger
  giveUp: () => void
}

export type IdleWatch = ReturnType<typeof watchForIdleness>

const CHECKS_PER_LIMIT = 3

/**
 * Ends the worker if jobs are waiting and nobody takes them: consumers that stop permanently after
 * a reconnect are the most frequent bug of queue libraries, and a restart fixes it. One cheap check
 * every third of the limit.
 */
export function watchForIdleness({ worker, gauge, limitMs, isPaused, log, giveUp }: IdleWatchOptions) {
  const detector = createIdleDetector(limitMs)
  let timer: NodeJS.Timeout | undefined
  const check = async (): Promise<void> => {
    // An unreachable Redis says nothing about the worker.
    const reading = isPaused() ? undefined : await gauge.read().catch(() => undefined)
    if (timer === undefined || !detector.isStuck(reading, Date.now())) return
    log.fatal({ limitMs, ...reading }, 'jobs are waiting but none is started: exiting')
    giveUp()
  }
  worker.on('active', () => detector.jobStarted())
  return {
    start(): void {
      timer = setInterval(() => void check(), limitMs / CHECKS_PER_LIMIT)
    },
    async stop(): Promise<void> {
      clearInterval(timer)
      timer = undefined
      await gauge.close()
    },
  }
}

/** Detects that every check of the queue for `limitMs` found waiting jobs and no running one. */
export function createIdleDetector(limitMs: number) {
  let idleSince: number | undefined
  return {
    jobStarted(): void {
      idleSince = undefined
    },
    isStuck(reading: QueueReading | undefined, now: number): boolean {
      const neglected = reading !== undefined && reading.waiting > 0 && reading.active === 0 && !reading.isPaused
      if (!neglected) idleSince = undefined
      else idleSince ??= now
      return idleSince !== undefined && now - idleSince >= limitMs
    },
  }
}
