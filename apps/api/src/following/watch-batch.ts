import { RequestData, type RequestHandler } from 'mediatr-ts'
import { newsOfBatch, type BatchSources } from './news-of-batch.ts'

/**
 * Says once that it is watching a batch, and then whenever tasks of it have changed, until the signal
 * is aborted. Says nothing if there is no such batch.
 */
export class WatchBatch extends RequestData<AsyncIterable<void>> {
  readonly tenant: string
  readonly batchId: string
  readonly signal: AbortSignal

  constructor(tenant: string, batchId: string, signal: AbortSignal) {
    super()
    this.tenant = tenant
    this.batchId = batchId
    this.signal = signal
  }
}

export class WatchBatchHandler implements RequestHandler<WatchBatch, AsyncIterable<void>> {
  readonly #sources: BatchSources

  constructor(sources: BatchSources) {
    this.#sources = sources
  }

  async handle(batch: WatchBatch): Promise<AsyncIterable<void>> {
    return changesOf(newsOfBatch(this.#sources, batch))
  }
}

async function* changesOf(updates: ReturnType<typeof newsOfBatch>): AsyncGenerator<void> {
  for await (const { news } of updates) if ([...news.values()].some(({ task, gone }) => task ?? gone)) yield
}
