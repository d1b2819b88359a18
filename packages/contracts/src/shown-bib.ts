import { z } from 'zod'
import { bib } from './kinds/photo-bibs.ts'

/** A number of a photo as the API shows it: read in it, perhaps corrected, or said by a person. */
export const shownBib = bib
  .partial({ box: true, raw: true })
  .extend({
    unlisted: z
      .literal(true)
      .optional()
      .meta({ description: 'The album has a roster, and neither the number nor a likely correction is on it' }),
  })
  .meta({ id: 'ShownBib', description: 'A number that only a person sees may have no `box` and no `raw`' })
export type ShownBib = z.infer<typeof shownBib>
