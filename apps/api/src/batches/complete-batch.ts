import type { BatchEvent } from '@darkroom/contracts'
import type { Logger } from '@darkroom/runtime'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { isEnd, type TaskListener } from '../tasks/announce.ts'
import type { BatchRecord, BatchStore } from './batch-store.ts'

/**
 * Marks a batch as complete if all of its tasks have ended, and publishes it. Returns whether this
 * call did so: once per batch.
 */
export class CompleteBatch extends RequestData<boolean> {
  readonly tenant: string
  readonly batchId: string

  constructor(tenant: string, batchId: string) {
    super()
    this.tenant = tenant
    this.batchId = batchId
  }
}

export class CompleteBatchHandler implements RequestHandler<CompleteBatch, boolean> {
  readonly #deps

  constructor(deps: {
    batches: BatchStore
    publish: (event: BatchEvent) => Promise<void>
    onBatch: (batch: BatchRecord, event: BatchEvent) => void
    log: Logger
    now: () => number
  }) {
    this.#deps = deps
  }

  /**
   * To be called after a change of a task. Not awaited: a later check finds what is missed here.
   */
  onTask: TaskListener = ({ tenant, batchId }, event) => {
    if (batchId === undefined || !isEnd(event)) return
    this.handle(new CompleteBatch(tenant, batchId)).catch((error: unknown) => {
      this.#deps.log.debug({ batchId, err: error }, 'batch not checked for completion; checking again later')
    })
  }

  async handle({ tenant, batchId }: CompleteBatch): Promise<boolean> {
    const { batches, publish, onBatch, log, now } = this.#deps
    if (await batches.hasUnfinished(tenant, batchId)) return false
    const timestamp = now()
    const batch = await batches.complete(tenant, batchId, new Date(timestamp))
    if (!batch) return false
    const { counts } = await batches.tally(tenant, batchId)
    const event = { eventType: 'batch.completed', batchId, tenant, timestamp, total: batch.total ?? 0, counts } as const
    onBatch(batch, event)
    await publish(event)
    log.info({ batchId, counts }, 'batch.completed')
    return true
  }
}
