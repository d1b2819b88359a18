import type { Logger } from '@darkroom/runtime'
import type { BatchRecord, BatchStore } from '../batches/batch-store.ts'
import { CompleteBatch } from '../batches/complete-batch.ts'
import type { Send } from '../mediator.ts'

const BATCH = 100
const RECHECK_MIN_MS = 10_000
const RECHECK_MAX_MS = 10 * 60_000

/**
 * Looks at batches that are not complete, in case the process that should have said so died, or a task ended in a way
 * that says nothing to its batch. Every replica runs one: what two of them do, the first does.
 */
export class BatchCloser {
  readonly #deps
  #timer: NodeJS.Timeout | undefined
  #pass: Promise<void> | undefined

  constructor(deps: { batches: BatchStore; send: Send; intervalMs: number; log: Logger; now: () => number }) {
    this.#deps = deps
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.check(), this.#deps.intervalMs)
  }

  async stop(): Promise<void> {
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
      for (const batch of await batches.due(new Date(now()), BATCH)) await this.#close(batch)
    } catch (error) {
      log.debug({ err: error }, 'batches could not be checked now')
    }
  }

  async #close(batch: BatchRecord): Promise<void> {
    const { batches, send, now } = this.#deps
    if (batch.total === null) {
      const { counts } = await batches.tally(batch.tenant, batch.id)
      const made = Object.values(counts).reduce((sum, count) => sum + count, 0)
      if (made === 0) return batches.removeUnsealed(batch.id)
      await batches.seal(batch.id, made, new Date(now() + RECHECK_MIN_MS))
    }
    if (await send(new CompleteBatch(batch.tenant, batch.id))) return
    const ageMs = now() - batch.createdAt.getTime()
    await batches.postpone(batch.id, new Date(now() + Math.min(RECHECK_MAX_MS, Math.max(RECHECK_MIN_MS, ageMs / 2))))
  }
}
