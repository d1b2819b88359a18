import { ID_PATTERN, type BatchSummary } from '@darkroom/contracts'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { AppError } from '../app-error.ts'
import { NO_TASKS, type BatchRecord, type BatchStore, type BatchTally } from './batch-store.ts'
import { batchPage } from '../tasks/page-paths.ts'

/** The progress of a batch. Throws BATCH_NOT_FOUND, also for a batch of another tenant. */
export class GetBatch extends RequestData<BatchSummary> {
  readonly tenant: string
  readonly id: string

  constructor(tenant: string, id: string) {
    super()
    this.tenant = tenant
    this.id = id
  }
}

export class GetBatchHandler implements RequestHandler<GetBatch, BatchSummary> {
  readonly #batches: BatchStore

  constructor(deps: { batches: BatchStore }) {
    this.#batches = deps.batches
  }

  async handle({ tenant, id }: GetBatch): Promise<BatchSummary> {
    const batch = ID_PATTERN.test(id) ? await this.#batches.find(tenant, id) : undefined
    const summary = batch && toSummary(batch, await this.#batches.tally(tenant, id))
    if (!summary) throw new AppError('BATCH_NOT_FOUND', 'There is no batch with this id.')
    return summary
  }
}

/** Undefined for a batch whose tasks are all removed: it is removed with the last of them. */
export function toSummary(batch: BatchRecord, tally: BatchTally = NO_TASKS): BatchSummary | undefined {
  const { counts, openPercent } = tally
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
  if (total === 0 && batch.total !== null) return undefined
  const open = counts.pending + counts.processing
  const self = `/api/v1/batches/${batch.id}`
  return {
    batchId: batch.id,
    // A batch whose tasks are still being created is not complete, however fast they are.
    status: open > 0 || batch.total === null ? 'processing' : 'completed',
    total,
    counts,
    percent: total === 0 ? 100 : Math.floor(((total - open) * 100 + openPercent) / total),
    createdAt: batch.createdAt.toISOString(),
    completedAt: batch.completedAt?.toISOString() ?? null,
    links: { self, tasks: `/api/v1/tasks?batchId=${batch.id}`, events: `${self}/events`, page: batchPage(batch.id) },
  }
}
