import { MAX_COUNTED, type BatchList } from '@darkroom/contracts'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { pageOf, startOf, type PageRequest } from '../tasks/list-page.ts'
import type { BatchFilter, BatchStore } from './batch-store.ts'
import { toSummary } from './get-batch.ts'

/** A page of a tenant's batches, newest first. Throws INVALID_QUERY. */
export class ListBatches extends RequestData<BatchList> {
  readonly filter: BatchFilter
  readonly page: PageRequest

  constructor(filter: BatchFilter, page: PageRequest) {
    super()
    this.filter = filter
    this.page = page
  }
}

export class ListBatchesHandler implements RequestHandler<ListBatches, BatchList> {
  readonly #batches: BatchStore

  constructor(deps: { batches: BatchStore }) {
    this.#batches = deps.batches
  }

  async handle({ filter, page: request }: ListBatches): Promise<BatchList> {
    // One more than the page shows, to know whether there is a next page.
    const [found, counted] = await Promise.all([
      this.#batches.list(filter, startOf(request), request.limit + 1),
      this.#batches.count(filter, MAX_COUNTED + 1),
    ])
    const { items, ...page } = pageOf(request, found, counted)
    const tallies = await this.#batches.tallies(
      filter.tenant,
      items.map(({ id }) => id),
    )
    return { items: items.flatMap((batch) => toSummary(batch, tallies.get(batch.id)) ?? []), ...page }
  }
}
