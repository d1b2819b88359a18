import type { Album, AlbumList, ShownBib, PhotoPage, Roster, RosterSummary, Task } from '@darkroom/contracts'
import { formatCursor } from '../photos/reading-cursor.ts'
import { photoExamples } from './photo-examples.ts'
import { albumPage } from '../tasks/page-paths.ts'

const ALBUM = 'valencia-2026'
const self = `/api/v1/albums/${ALBUM}`
const UPDATED_AT = '2026-05-04T08:15:00.000Z'

const { read } = photoExamples
const [bib] = (read.result as { bibs: [ShownBib] }).bibs
const doubtful: ShownBib = { ...bib, number: '1284', confidence: 0.64, raw: '1284', unlisted: true }

const showing = (bibs: ShownBib[]): Task => ({ ...read, result: { bibs } })

const found: PhotoPage = {
  items: [{ bib, photo: read }],
  limit: 1,
  nextCursor: formatCursor({ value: bib.confidence, id: `${read.id}.${bib.number}` }),
}

const toReview: PhotoPage = {
  items: [{ bib: doubtful, photo: showing([doubtful]) }],
  limit: 20,
  nextCursor: null,
}

const summary: RosterSummary = { album: ALBUM, count: 2, updatedAt: UPDATED_AT, isApplied: false }
const numbers = [{ number: '587', name: 'Ana Rojas' }, { number: '1204' }]
const roster: Roster = { ...summary, isApplied: true, numbers }

const album: Album = {
  album: ALBUM,
  photos: {
    total: 1840,
    counts: { pending: 12, processing: 3, completed: 1821, failed: 4, cancelled: 0, expired: 0 },
  },
  readings: { total: 3377, toReview: 141, unlisted: 58 },
  roster: { ...summary, isApplied: true },
  links: { self, roster: `${self}/roster`, review: `${self}/review`, page: albumPage(ALBUM) },
}

const { readings: _readings, ...listed } = album
const albums: AlbumList = {
  items: [{ ...listed, activeAt: UPDATED_AT }],
  page: 1,
  limit: 20,
  total: 1,
  totalIsExact: true,
}

const corrected = showing([{ ...bib, number: '1204', confidence: 1, origin: 'person' }])

/** Albums of races as shown by the API. */
export const albumExamples = { album, albums, found, toReview, summary, roster, numbers, corrected, box: bib.box }
