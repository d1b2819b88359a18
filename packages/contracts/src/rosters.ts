import { z } from 'zod'

/** A number that is worn in a race, and by whom. */
export const rosterEntry = z.object({
  number: z.string().meta({ description: 'Digits, or digits and capital letters' }),
  name: z.string().optional(),
})
export type RosterEntry = z.infer<typeof rosterEntry>
