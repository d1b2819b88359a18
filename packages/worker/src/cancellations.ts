import { formatFailureReason, type CommandHandlers, type QueueWorker } from '@darkroom/messaging'
import type { Logger } from '@darkroom/runtime'
import { LRUCache } from 'lru-cache'

const REMEMBERED = 1000

/** Fails the job immediately and permanently. The task's document is already `cancelled`. */
export const CANCELLED = { code: 'CANCELLED', message: 'The task was cancelled', retryable: false } as const

/**
 * Jobs whose tasks were cancelled. A command may arrive before its job, so they are remembered for
 * a while. Job ids are not reused: a restarted task gets a new one.
 */
export class Cancellations {
  readonly #jobIds = new LRUCache<string, true>({ max: REMEMBERED })

  has(jobId: string): boolean {
    return this.#jobIds.has(jobId)
  }

  add(jobId: string): void {
    this.#jobIds.set(jobId, true)
  }

  /**
   * Aborts the jobs that the API cancels. A lost command only costs the time of a job whose result
   * is ignored.
   */
  handlersFor(worker: QueueWorker, log: Logger): CommandHandlers {
    return {
      onMessage: ({ jobId }) => {
        this.add(jobId)
        if (worker.cancelJob(jobId, formatFailureReason(CANCELLED)))
          log.info({ jobId }, 'job aborted: its task was cancelled')
      },
      onInvalid: (message) => log.warn({ message }, 'invalid task command ignored'),
    }
  }
}
