import type { KeepPolicy } from '@darkroom/contracts'
import type { TaskQueue } from '@darkroom/messaging'
import type { Logger } from '@darkroom/runtime'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import type { CleanupTotalsStore } from './cleanup-totals-store.ts'

/**
 * Removes the finished jobs of all queues that are past their age, even if there are few: while the
 * queue is in use, the newest of them are kept for inspection. Returns their number.
 */
export class TrimQueues extends RequestData<number> {
  readonly signal: AbortSignal

  constructor(signal: AbortSignal) {
    super()
    this.signal = signal
  }
}

const PIECE = 500
/** No job is kept for longer, however few there are. */
const OLDEST_MS = 30 * 24 * 3_600_000
/** A job has the time of its worker's clock, which may be off by an hour or more. */
const SURELY_APPLIED_MS = 2 * 3_600_000

export class TrimQueuesHandler implements RequestHandler<TrimQueues, number> {
  readonly #deps

  constructor(deps: {
    queues: readonly TaskQueue[]
    /** Up to this time (ms since 1970) all events of all queues have been applied. */
    appliedUntil: () => number
    totals: CleanupTotalsStore
    log: Logger
    now: () => number
  }) {
    this.#deps = deps
  }

  async handle({ signal }: TrimQueues): Promise<number> {
    const { queues, totals, log, now } = this.#deps
    const startedAt = performance.now()
    let queueRowsRemoved = 0
    try {
      for (const queue of queues) {
        const { keepCompleted, keepFailed } = queue.kind.policy
        queueRowsRemoved += await this.#trim(queue, 'completed', keepCompleted, signal)
        queueRowsRemoved += await this.#trim(queue, 'failed', keepFailed, signal)
      }
    } finally {
      log.info({ queueRowsRemoved, durationMs: Math.round(performance.now() - startedAt) }, 'queues cleaned up')
      await totals.add({ queueRowsRemoved }, new Date(now()))
    }
    return queueRowsRemoved
  }

  async #trim(
    queue: TaskQueue,
    state: 'completed' | 'failed',
    { ageMs }: KeepPolicy,
    signal: AbortSignal,
  ): Promise<number> {
    const { appliedUntil, now } = this.#deps
    // Never one whose event is still to be applied.
    const before = Math.min(now() - Math.min(ageMs, OLDEST_MS), appliedUntil() - SURELY_APPLIED_MS)
    let removed = 0
    for (let piece = PIECE; piece === PIECE && before > 0 && !signal.aborted; removed += piece)
      piece = await queue.forgetOldest(state, { before, keep: 0, limit: PIECE })
    return removed
  }
}
