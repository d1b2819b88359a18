import type { PhotoPage } from '@darkroom/contracts'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import type { ToPhotoPage } from './photo-pages.ts'
import { parseCursor } from './reading-cursor.ts'
import type { ReadingStore, ReviewFilter } from './reading-store.ts'

/**
 * The readings of an album that a person should look at: those that are on no roster, then those
 * with the lowest confidence. Throws INVALID_QUERY.
 */
export class ListReview extends RequestData<PhotoPage> {
  readonly filter: ReviewFilter
  readonly page: { limit: number; cursor?: string | undefined }

  constructor(filter: ReviewFilter, page: ListReview['page']) {
    super()
    this.filter = filter
    this.page = page
  }
}

export class ListReviewHandler implements RequestHandler<ListReview, PhotoPage> {
  readonly #deps

  constructor(deps: { readings: ReadingStore; toPage: ToPhotoPage }) {
    this.#deps = deps
  }

  async handle({ filter, page: { limit, cursor } }: ListReview): Promise<PhotoPage> {
    const { readings, toPage } = this.#deps
    return toPage(filter.tenant, await readings.review(filter, parseCursor(cursor), limit + 1), limit)
  }
}
