import type { ImageQueue } from '@darkroom/messaging'

export interface KeepPolicy {
  count: number
  ageMs: number
}

/** Of the jobs whose events are applied. */
export const KEEP = {
  completed: { count: 5000, ageMs: 3_600_000 },
  failed: { count: 500, ageMs: Number.POSITIVE_INFINITY },
} as const satisfies Record<string, KeepPolicy>

/**
 * Trims the finished jobs whose events are applied, the oldest first. The document is their record; the newest stay for
 * whoever looks at the queue. After a restart the queue's own bound on their age takes those that are unknown here.
 */
export class KeptJobs {
  readonly #queue: Pick<ImageQueue, 'forget'>
  readonly #policy: KeepPolicy
  readonly #now: () => number
  #applied: { jobId: string; at: number }[] = []

  constructor(queue: Pick<ImageQueue, 'forget'>, policy: KeepPolicy, now: () => number) {
    this.#queue = queue
    this.#policy = policy
    this.#now = now
  }

  /** The events of these jobs are applied. */
  async applied(jobIds: readonly string[]): Promise<void> {
    const at = this.#now()
    for (const jobId of jobIds) this.#applied.push({ jobId, at })
    const tooMany = this.#applied.length - this.#policy.count
    const kept = this.#applied.findIndex((job, index) => index >= tooMany && at - job.at < this.#policy.ageMs)
    const gone = this.#applied.splice(0, kept === -1 ? this.#applied.length : kept)
    if (gone.length > 0) await this.#queue.forget(gone.map(({ jobId }) => jobId))
  }
}
