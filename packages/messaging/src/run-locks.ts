import { LockManager, Worker, type Job, type LockManagerWorkerContext } from 'bullmq'
import { formatFailureReason } from './failure-reason.ts'

/** Another run has the job already, or will soon. The queue ignores the result of this one. */
export const LOCK_LOST = formatFailureReason({
  code: 'LOCK_LOST',
  message: 'The worker was silent for too long',
  retryable: true,
})

/**
 * BullMQ keeps the locks that it renews by job id. A worker that was frozen for longer than its lock
 * may get the same job again, so it has two runs of one id: the one that lost its lock must not end
 * the renewal for the other, which would then lose its lock as well, and so on.
 */
class RunLocks extends LockManager {
  /** The token of the latest run of each job whose processor has not returned. */
  readonly #running = new Map<string, string>()

  override trackJob(...[jobId, ...rest]: Parameters<LockManager['trackJob']>) {
    // An earlier run that is still there has lost its lock.
    this.cancelJob(jobId, LOCK_LOST)
    return super.trackJob(jobId, ...rest)
  }

  override untrackJob(jobId: string): void {
    if (!this.#running.has(jobId)) super.untrackJob(jobId)
  }

  async during<T>(jobId: string, token: string, run: () => Promise<T>): Promise<T> {
    this.#running.set(jobId, token)
    try {
      return await run()
    } finally {
      if (this.#running.get(jobId) === token) this.#running.delete(jobId)
    }
  }

  isTracked(jobId: string, token: string | undefined): boolean {
    return this.trackedJobs.get(jobId)?.token === token
  }
}

/** A BullMQ worker that renews the lock of each run until that run ends. */
export class LockingWorker<Data, Result> extends Worker<Data, Result, string> {
  declare protected lockManager: RunLocks

  protected override createLockManager(): void {
    const { lockDuration = 0, lockRenewTime = 0, name = '' } = this.opts
    const options = { lockDuration, lockRenewTime, workerId: this.id, workerName: name }
    // As BullMQ does; only the types of `trace` differ.
    this.lockManager = new RunLocks(this as LockManagerWorkerContext, options)
  }

  protected override callProcessJob(job: Job<Data, Result>, token: string, signal?: AbortSignal): Promise<Result> {
    return this.lockManager.during(job.id ?? '', token, () => super.callProcessJob(job, token, signal))
  }

  /** A run that has ended, or been replaced, meanwhile has no lock to lose. */
  override async extendJobLocks(jobIds: string[], tokens: string[], durationMs: number): Promise<string[]> {
    const lost = await super.extendJobLocks(jobIds, tokens, durationMs)
    return lost.filter((jobId) => this.lockManager.isTracked(jobId, tokens[jobIds.indexOf(jobId)]))
  }
}
