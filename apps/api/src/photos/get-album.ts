import { MAX_COUNTED_IN_ALBUM, type Album, type StatusCounts } from '@darkroom/contracts'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { AppError } from '../app-error.ts'
import type { PhotoStore } from './photo-store.ts'
import type { ReadingStore } from './reading-store.ts'
import type { RosterStore } from './roster-store.ts'
import { toSummary } from './roster-view.ts'
import { albumPage } from '../tasks/page-paths.ts'

/** Readings with less confidence are to be reviewed, unless another limit is given. */
export const REVIEW_BELOW = 0.8

/** Less than any confidence, and more than the trust in an unlisted number. */
const UNLISTED_BELOW = Number.MIN_VALUE

/** An album with its counts. Throws ALBUM_NOT_FOUND. */
export class GetAlbum extends RequestData<Album> {
  readonly tenant: string
  readonly album: string

  constructor(tenant: string, album: string) {
    super()
    this.tenant = tenant
    this.album = album
  }
}

export class GetAlbumHandler implements RequestHandler<GetAlbum, Album> {
  readonly #deps

  constructor(deps: { photos: PhotoStore; readings: ReadingStore; rosters: RosterStore }) {
    this.#deps = deps
  }

  async handle({ tenant, album }: GetAlbum): Promise<Album> {
    const { photos, readings, rosters } = this.#deps
    const countReadings = (below?: number): Promise<number> =>
      readings.count({ tenant, album, ...(below !== undefined && { below }) }, MAX_COUNTED_IN_ALBUM)
    const [head, counts, all, toReview, unlisted] = await Promise.all([
      rosters.head(tenant, album),
      photos.counts(tenant, album, MAX_COUNTED_IN_ALBUM),
      countReadings(),
      countReadings(REVIEW_BELOW),
      countReadings(UNLISTED_BELOW),
    ])
    const roster = toSummary(head)
    const total = sumOf(counts)
    if (total === 0 && roster === null) throw albumNotFound()
    return {
      album,
      photos: { total, counts },
      readings: { total: all, toReview, unlisted },
      roster,
      links: albumLinks(album),
    }
  }
}

export const sumOf = (counts: StatusCounts): number => Object.values(counts).reduce((sum, count) => sum + count, 0)

export function albumLinks(album: string): Album['links'] {
  const self = `/api/v1/albums/${album}`
  return { self, roster: `${self}/roster`, review: `${self}/review`, page: albumPage(album) }
}

export const albumNotFound = (): AppError =>
  new AppError('ALBUM_NOT_FOUND', 'There is no album with this name: upload a photo with it, or put its roster.')
