import type { Logger } from '@darkroom/runtime'
import type { BatchRecord, BatchStore } from '../batches/batch-store.ts'
import { CompleteBatch } from '../batches/complete-batch.ts'
import { eachDue } from '../ground/each-due.ts'
import type { Send } from '../send.ts'

const BATCH = 100
const RECHECK_MIN_MS = 10_000
const RECHECK_MAX_MS = 10 * 60_000
const EMPTY_CHECK_MIN_MS = 3_600_000
const EMPTY_CHECK_MAX_MS = 7 * 24 * 3_600_000

/**
 * Looks at batches that are not complete, in case the process that should have said so died, or a
 * task ended in a way that says nothing to its batch, and at complete ones whose tasks may all be
 * removed. Every replica runs one: what two of them do, the first does.
 */
export class BatchCloser {
  readonly #deps
  #timer: NodeJS.Timeout | undefined
  #pass: Promise<void> | undefined
  #stopped = false

  constructor(deps: { batches: BatchStore; send: Send; intervalMs: number; log: Logger; now: () => number }) {
    this.#deps = deps
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.check(), this.#deps.intervalMs)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#timer)
    this.#timer = undefined
    await this.#pass
  }

  /** One pass, or the one under way. Never throws. */
  async check(): Promise<void> {
    this.#pass ??= this.#checkDue().finally(() => (this.#pass = undefined))
    return this.#pass
  }

  async #checkDue(): Promise<void> {
    const { batches, log, now } = this.#deps
    try {
      const at = new Date(now())
      for await (const batch of eachDue((skip) => batches.due(at, BATCH, skip))) {
        if (this.#stopped) return
        await this.#attempt(batch)
      }
    } catch (error) {
      log.debug({ err: error }, 'batches not checked; trying again')
    }
  }

  /**
   * One that cannot be checked is looked at again later, as one that is not complete, and those
   * behind it have their turn.
   */
  async #attempt(batch: BatchRecord): Promise<void> {
    const { batches, log, now } = this.#deps
    const isDone = await this.#close(batch).catch((error: unknown) => {
      log.warn({ batchId: batch.id, err: error }, 'batch not checked; trying again later')
      return false
    })
    if (!isDone) await batches.postpone(batch.id, new Date(now() + recheckMs(batch, now())))
  }

  /** Answers whether nothing is left to look at, or somebody has said when to look again. */
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

/** The longer nothing has changed, the less often it is looked at. */
function recheckMs({ createdAt, completedAt }: BatchRecord, now: number): number {
  const half = (now - (completedAt ?? createdAt).getTime()) / 2
  return completedAt
    ? Math.min(EMPTY_CHECK_MAX_MS, Math.max(EMPTY_CHECK_MIN_MS, half))
    : Math.min(RECHECK_MAX_MS, Math.max(RECHECK_MIN_MS, half))
}
