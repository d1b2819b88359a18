import { albumSlug } from '@darkroom/contracts'
import { z } from 'zod'
import { pages as listPages } from '../http/paging.ts'
import { wholeNumberOr } from '../http/query-fields.ts'
import { REVIEW_BELOW } from '../photos/get-album.ts'
import { MAX_ROSTER_NUMBERS, rosterName, rosterNumber } from '../photos/roster-fields.ts'

const LEAST_PART = 2
const MAX_BIBS = 100

/** From 0 to 1, in a query. */
function shareOr(fallback: number) {
  return z
    .string()
    .regex(/^(0(\.\d{1,10})?|1(\.0{1,10})?)$/, 'must be a number from 0 to 1, such as 0.6')
    .transform(Number)
    .default(fallback)
    .meta({
      override: ({ jsonSchema }: { jsonSchema: object }): void => {
        Object.assign(jsonSchema, { type: 'number', minimum: 0, maximum: 1, pattern: undefined, default: fallback })
      },
    })
}

const pages = {
  limit: wholeNumberOr(20, 1, 100).meta({ description: 'Readings per page' }),
  cursor: z
    .string()
    .max(200)
    .optional()
    .meta({ description: 'Where the page starts: `nextCursor` of the previous page' }),
}

/** The query of the search for a number. */
export const photoQuery = z
  .strictObject({
    bib: rosterNumber.meta({ description: 'The number', param: { example: '587' } }),
    match: z
      .enum(['exact', 'contains'])
      .default('exact')
      .meta({ description: '`contains` also finds numbers of which `bib` is only a part, at least two characters' }),
    album: albumSlug.optional().meta({ description: 'Only photos of this album', param: { example: 'valencia-2026' } }),
    minConfidence: shareOr(0).meta({ description: 'Only readings with at least this confidence' }),
    ...pages,
  })
  .refine(({ bib, match }) => match === 'exact' || bib.length >= LEAST_PART, {
    error: `must have at least ${LEAST_PART} characters with match=contains`,
    path: ['bib'],
  })

/** The query of the list of readings to review. */
export const reviewQuery = z.strictObject({
  below: shareOr(REVIEW_BELOW).meta({ description: 'Readings with less confidence than this' }),
  ...pages,
})

/** The query of the list of albums. */
export const albumsQuery = z.strictObject({
  page: listPages.page,
  limit: listPages.limit.meta({ description: 'Albums per page' }),
})

/** The path parameter that names an album. */
export const albumPath = {
  path: z.object({ album: albumSlug.meta({ description: 'The name of the album', example: 'valencia-2026' }) }),
}

/** A roster as JSON. */
export const rosterFields = z.strictObject({
  numbers: z
    .array(z.strictObject({ number: rosterNumber, name: rosterName.optional() }))
    .min(1, 'must have at least one number')
    .max(MAX_ROSTER_NUMBERS, `must have at most ${MAX_ROSTER_NUMBERS} numbers`)
    .meta({ description: 'The valid numbers, and the names of those who wear them' }),
})

const pixels = z.number('must be a number of pixels').min(0)

/** The numbers that a person sees on a photo, as JSON. */
export const saidBibs = z.strictObject({
  bibs: z
    .array(
      z.strictObject({
        number: rosterNumber,
        box: z
          .strictObject({ left: pixels, top: pixels, width: pixels, height: pixels })
          .optional()
          .meta({ description: 'Where it is. Without it, where this number was read before' }),
      }),
    )
    .max(MAX_BIBS, `must have at most ${MAX_BIBS} numbers`)
    .superRefine((bibs, context) => {
      // A photo may show a number twice, in two places.
      const places = bibs.map(({ number, box }) => JSON.stringify([number, box]))
      for (const [index, { number }] of bibs.entries()) {
        const first = places.indexOf(places[index] ?? '')
        if (first === index) continue
        const message = `is ${number} in the same place as /bibs/${first}: send it once`
        context.addIssue({ code: 'custom', path: [index, 'number'], message })
      }
    })
    .meta({ description: 'All numbers on the photo; none if there are none' }),
})
