import { z } from 'zod'
import { shownBib } from './shown-bib.ts'
import { rosterEntry } from './rosters.ts'
import { listedTask, MAX_COUNTED, statusCounts } from './tasks.ts'

const count = z.number().int()
const timestamp = z.iso.datetime()

/** A number on a photo, with the task of the photo. */
export const foundPhoto = z.object({ bib: shownBib, photo: listedTask }).meta({ id: 'FoundPhoto' })
export type FoundPhoto = z.infer<typeof foundPhoto>

/** A page of photos. It may have fewer than `limit` although there are more. */
export const photoPage = z
  .object({
    items: z.array(foundPhoto),
    limit: count,
    nextCursor: z.string().nullable().meta({ description: 'null: this is the last page' }),
  })
  .meta({ id: 'PhotoPage' })
export type PhotoPage = z.infer<typeof photoPage>

/** A roster without its numbers. */
export const rosterSummary = z
  .object({
    album: z.string(),
    count: count.meta({ description: 'How many numbers it has' }),
    updatedAt: timestamp,
    isApplied: z.boolean().meta({ description: 'Whether all photos of the album are corrected by it' }),
  })
  .meta({ id: 'RosterSummary' })
export type RosterSummary = z.infer<typeof rosterSummary>

/** The valid numbers of an album. */
export const roster = rosterSummary.extend({ numbers: z.array(rosterEntry) }).meta({ id: 'Roster' })
export type Roster = z.infer<typeof roster>

/** Counts of an album are exact up to this number. */
export const MAX_COUNTED_IN_ALBUM = 100_000

/** The photos of a race. */
export const album = z
  .object({
    album: z.string(),
    photos: z
      .object({ total: count, counts: statusCounts })
      .meta({ description: `Photos by status, each counted up to ${MAX_COUNTED_IN_ALBUM}` }),
    readings: z
      .object({
        total: count,
        toReview: count.meta({ description: 'With a low confidence, or not on the roster' }),
        unlisted: count.meta({ description: 'Not on the roster' }),
      })
      .meta({ description: `Numbers on its photos, counted up to ${MAX_COUNTED_IN_ALBUM}` }),
    roster: rosterSummary.nullable(),
    links: z.object({ self: z.string(), roster: z.string(), review: z.string(), page: z.string() }),
  })
  .meta({ id: 'Album' })
export type Album = z.infer<typeof album>

/** At most this many albums of a tenant are listed. */
export const MAX_LISTED_ALBUMS = 1000

/** An album in a list. */
export const listedAlbum = album
  .omit({ readings: true })
  .extend({
    activeAt: timestamp.meta({ description: 'When its last photo was uploaded, or its roster was changed' }),
    photos: z
      .object({ total: count, counts: statusCounts })
      .meta({ description: `Photos by status, each counted up to ${MAX_COUNTED}` }),
  })
  .meta({ id: 'ListedAlbum' })
export type ListedAlbum = z.infer<typeof listedAlbum>

export const albumList = z
  .object({
    items: z.array(listedAlbum),
    page: count,
    limit: count,
    total: count.meta({ description: `Number of albums, counted up to ${MAX_LISTED_ALBUMS}` }),
    totalIsExact: z.boolean().meta({ description: 'false: there are `total` or more' }),
  })
  .meta({ id: 'AlbumList' })
export type AlbumList = z.infer<typeof albumList>
