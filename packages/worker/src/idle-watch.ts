import type { QueueGauge, QueueReading, QueueWorker } from '@darkroom/messaging'
import type { Logger } from '@darkroom/runtime'

export interface IdleWatchOptions {
  worker: QueueWorker
  gauge: QueueGauge
  /** How long jobs may wait while nobody works. */
  limitMs: number
  /** It takes no jobs on purpose. */
  isPaused: () => boolean
  log: Logger
  giveUp: () => void
}

export type IdleWatch = ReturnType<typeof watchForIdleness>

const CHECKS_PER_LIMIT = 3

/**
 * Gives the worker up when jobs wait and nobody takes them: a consumer that stops for good after
 * some reconnect is the most repeated fault of queue libraries, and a restart cures it. One cheap
 * look every third of the limit.
 */
export function watchForIdleness({ worker, gauge, limitMs, isPaused, log, giveUp }: IdleWatchOptions) {
  const detector = createIdleDetector(limitMs)
  let timer: NodeJS.Timeout | undefined
  const check = async (): Promise<void> => {
    // Redis being away tells nothing about the worker.
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

/** Says when every look at the queue for `limitMs` has found jobs waiting and nobody working. */
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
