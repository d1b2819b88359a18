import type { PhotoPage } from '@darkroom/contracts'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { albumNotFound } from './get-album.ts'
import type { ToPhotoPage } from './photo-pages.ts'
import type { PhotoStore } from './photo-store.ts'
import { parseCursor } from './reading-cursor.ts'
import type { ReadingStore, ReviewFilter } from './reading-store.ts'
import type { RosterStore } from './roster-store.ts'
import { toSummary } from './roster-view.ts'

/**
 * The readings of an album that a person should look at: those that are on no roster, then those
 * with the lowest confidence. Throws INVALID_QUERY, ALBUM_NOT_FOUND.
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

  constructor(deps: { photos: PhotoStore; readings: ReadingStore; rosters: RosterStore; toPage: ToPhotoPage }) {
    this.#deps = deps
  }

  async handle({ filter, page: { limit, cursor } }: ListReview): Promise<PhotoPage> {
    const { readings, toPage } = this.#deps
    const found = await readings.review(filter, parseCursor(cursor), limit + 1)
    // An empty list means that everything has been reviewed: a mistyped name must not say so.
    if (found.length === 0 && !(await this.#isAlbum(filter))) throw albumNotFound()
    return toPage(filter.tenant, found, limit)
  }

  async #isAlbum({ tenant, album }: ReviewFilter): Promise<boolean> {
    const { photos, rosters } = this.#deps
    if (toSummary(await rosters.head(tenant, album)) !== null) return true
    return Object.values(await photos.counts(tenant, album, 1)).some((count) => count > 0)
  }
}
