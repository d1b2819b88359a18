import { formatFailureReason, type CommandHandlers, type QueueWorker } from '@darkroom/messaging'
import type { Logger } from '@darkroom/runtime'
import { LRUCache } from 'lru-cache'

const REMEMBERED = 1000

/** Ends the job at once and for good. The task's document says already that it is cancelled. */
export const CANCELLED = { code: 'CANCELLED', message: 'The task was cancelled', retryable: false } as const

/**
 * The jobs that need not be done any more. A command may overtake its job on the way from the queue
 * to here, so they are remembered for a while. An id is never used again: a task that is started
 * anew gets another one.
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
   * Gives up what the API says. A command that is lost costs only the time of a job whose result
   * nobody takes.
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
