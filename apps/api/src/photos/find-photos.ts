import type { PhotoPage } from '@darkroom/contracts'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import type { ToPhotoPage } from './photo-pages.ts'
import { parseCursor } from './reading-cursor.ts'
import type { ReadingFilter, ReadingStore } from './reading-store.ts'

/** Photos that show a number, best first. Throws INVALID_QUERY. */
export class FindPhotos extends RequestData<PhotoPage> {
  readonly filter: ReadingFilter
  readonly page: { limit: number; cursor?: string | undefined }

  constructor(filter: ReadingFilter, page: FindPhotos['page']) {
    super()
    this.filter = filter
    this.page = page
  }
}

export class FindPhotosHandler implements RequestHandler<FindPhotos, PhotoPage> {
  readonly #deps

  constructor(deps: { readings: ReadingStore; toPage: ToPhotoPage }) {
    this.#deps = deps
  }

  async handle({ filter, page: { limit, cursor } }: FindPhotos): Promise<PhotoPage> {
    const { readings, toPage } = this.#deps
    return toPage(filter.tenant, await readings.find(filter, parseCursor(cursor), limit + 1), limit)
  }
}
