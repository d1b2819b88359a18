import type { KeepPolicy } from '@darkroom/contracts'
import type { TaskQueue } from '@darkroom/messaging'

/** A job has the time of its worker's clock, which may be off by an hour or more. */
const SURELY_APPLIED_MS = 2 * 3_600_000
const PIECE = 500

/**
 * Trims finished jobs whose events are applied, oldest first. The document is their record; the
 * newest are kept for inspection. Jobs of an earlier process are found in the queue itself, by
 * their age.
 */
export class KeptJobs {
  readonly #queue: Pick<TaskQueue, 'forget' | 'forgetOldest'>
  readonly #policy: KeepPolicy
  readonly #now: () => number
  #applied: { jobId: string; at: number }[] = []

  constructor(queue: Pick<TaskQueue, 'forget' | 'forgetOldest'>, policy: KeepPolicy, now: () => number) {
    this.#queue = queue
    this.#policy = policy
    this.#now = now
  }

  /** The events of these jobs have been applied. */
  async applied(jobIds: readonly string[]): Promise<void> {
    const at = this.#now()
    for (const jobId of jobIds) this.#applied.push({ jobId, at })
    const tooMany = this.#applied.length - this.#policy.count
    const kept = this.#applied.findIndex((job, index) => index >= tooMany && at - job.at < this.#policy.ageMs)
    const gone = this.#applied.splice(0, kept === -1 ? this.#applied.length : kept)
    if (gone.length > 0) await this.#queue.forget(gone.map(({ jobId }) => jobId))
  }

  /**
   * Trims jobs that finished long before this time (ms since 1970), up to which all events have
   * been applied.
   */
  async trimOlder(state: 'completed' | 'failed', appliedUntil: number): Promise<void> {
    const { count, ageMs } = this.#policy
    const [before, keep] = [appliedUntil - SURELY_APPLIED_MS, ageMs <= SURELY_APPLIED_MS ? 0 : count]
    while ((await this.#queue.forgetOldest(state, { before, keep, limit: PIECE })) === PIECE);
  }
}
