import type { Logger } from '@darkroom/runtime'
import type { BatchRecord, BatchStore } from '../batches/batch-store.ts'
import { CompleteBatch } from '../batches/complete-batch.ts'
import { eachDue } from '../ground/each-due.ts'
import { RepeatedPass } from '../ground/repeated-pass.ts'
import type { Send } from '../send.ts'

const BATCH = 100
const RECHECK_MIN_MS = 10_000
const RECHECK_MAX_MS = 10 * 60_000
const EMPTY_CHECK_MIN_MS = 3_600_000
const EMPTY_CHECK_MAX_MS = 7 * 24 * 3_600_000

/**
 * Checks incomplete batches, in case the process that should have completed one died, or a task
 * ended without notifying its batch; and complete ones, whose tasks may all have been removed.
 * Every replica runs one: if two do the same, the first takes effect.
 */
export class BatchCloser extends RepeatedPass {
  readonly #deps

  constructor(deps: { batches: BatchStore; send: Send; intervalMs: number; log: Logger; now: () => number }) {
    super(deps.intervalMs)
    this.#deps = deps
  }

  protected async checkDue(): Promise<void> {
    const { batches, log, now } = this.#deps
    try {
      const at = new Date(now())
      for await (const batch of eachDue((skip) => batches.due(at, BATCH, skip))) {
        if (this.isStopped) return
        await this.#attempt(batch)
      }
    } catch (error) {
      log.debug({ err: error }, 'batches not checked; trying again')
    }
  }

  /**
   * A batch that cannot be checked is postponed like an incomplete one, so that it does not block
   * those after it.
   */
  async #attempt(batch: BatchRecord): Promise<void> {
    const { batches, log, now } = this.#deps
    const isDone = await this.#close(batch).catch((error: unknown) => {
      log.warn({ batchId: batch.id, err: error }, 'batch not checked; trying again later')
      return false
    })
    if (!isDone) await batches.postpone(batch.id, new Date(now() + recheckMs(batch, now())))
  }

  /** Whether nothing is left to check, or the next check has already been set. */
  async #close(batch: BatchRecord): Promise<boolean> {
    const { batches, send, now } = this.#deps
    if (batch.completedAt) return batches.removeIfEmpty(batch.id)
    if (batch.total === null) {
      const { counts } = await batches.tally(batch.tenant, batch.id)
      const made = Object.values(counts).reduce((sum, count) => sum + count, 0)
      if (made === 0) {
        await batches.removeUnsealed(batch.id)
        return true
      }
      await batches.seal(batch.id, made, new Date(now() + RECHECK_MIN_MS))
    }
    if (!(await send(new CompleteBatch(batch.tenant, batch.id)))) return false
    await batches.removeIfEmpty(batch.id)
    return true
  }
}

/** The longer nothing has changed, the less often it is checked. */
function recheckMs({ createdAt, completedAt }: BatchRecord, now: number): number {
  const half = (now - (completedAt ?? createdAt).getTime()) / 2
  return completedAt
    ? Math.min(EMPTY_CHECK_MAX_MS, Math.max(EMPTY_CHECK_MIN_MS, half))
    : Math.min(RECHECK_MAX_MS, Math.max(RECHECK_MIN_MS, half))
}
