import { MAX_COUNTED, MAX_LISTED_ALBUMS, type AlbumList, type ListedAlbum } from '@darkroom/contracts'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { inParallel } from '../ground/in-parallel.ts'
import { albumLinks, sumOf } from './get-album.ts'
import type { PhotoStore } from './photo-store.ts'
import type { RosterOutline, RosterStore } from './roster-store.ts'
import { toSummary } from './roster-view.ts'

/** A page of a tenant's albums, those with the latest activity first. */
export class ListAlbums extends RequestData<AlbumList> {
  readonly tenant: string
  readonly page: { page: number; limit: number }

  constructor(tenant: string, page: ListAlbums['page']) {
    super()
    this.tenant = tenant
    this.page = page
  }
}

/** Each counts by several queries at once. */
const COUNTED_AT_ONCE = 2

export class ListAlbumsHandler implements RequestHandler<ListAlbums, AlbumList> {
  readonly #deps

  constructor(deps: { photos: PhotoStore; rosters: RosterStore }) {
    this.#deps = deps
  }

  async handle({ tenant, page: { page, limit } }: ListAlbums): Promise<AlbumList> {
    const { photos, rosters } = this.#deps
    const [uploads, latest] = await Promise.all([
      photos.albums(tenant, MAX_LISTED_ALBUMS),
      rosters.latest(tenant, MAX_LISTED_ALBUMS),
    ])
    const found = byActivity(uploads, latest)
    const shown = found.slice((page - 1) * limit, page * limit)
    const items = await inParallel(
      shown,
      COUNTED_AT_ONCE,
      async ({ album, activeAt, roster }): Promise<ListedAlbum> => {
        const counts = await photos.counts(tenant, album, MAX_COUNTED)
        const activity = activeAt.toISOString()
        return {
          ...{ album, activeAt: activity, photos: { total: sumOf(counts), counts } },
          ...{ roster: toSummary(roster), links: albumLinks(album) },
        }
      },
    )
    const [total, isExact] = [Math.min(found.length, MAX_LISTED_ALBUMS), found.length < MAX_LISTED_ALBUMS]
    return { items, page, limit, total, totalIsExact: isExact }
  }
}

function byActivity(uploads: ReadonlyMap<string, Date>, latest: readonly RosterOutline[]) {
  const rosters = new Map(latest.map((roster) => [roster.album, roster]))
  const albums = [...new Set([...uploads.keys(), ...rosters.keys()])].map((album) => {
    const roster = rosters.get(album)
    const times = [uploads.get(album), roster?.updatedAt].flatMap((time) => time ?? [])
    return { album, roster, activeAt: new Date(Math.max(...times.map(Number))) }
  })
  return albums
    .toSorted((a, b) => b.activeAt.getTime() - a.activeAt.getTime() || (a.album < b.album ? -1 : 1))
    .slice(0, MAX_LISTED_ALBUMS)
}
