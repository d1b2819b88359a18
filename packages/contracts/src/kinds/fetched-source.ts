import { z } from 'zod'

/** What becomes known about an original that is downloaded from a URL. */
export const fetchedSource = z.object({
  bytes: z.number().int(),
  format: z.enum(['jpeg', 'png', 'webp', 'gif']),
  width: z.number().int(),
  height: z.number().int(),
  orientation: z.number().int().min(1).max(8),
  sha256: z.string(),
})
export type FetchedSource = z.infer<typeof fetchedSource>

/** What is known until then. */
export const pendingSource = z.strictObject({
  url: z.string().meta({ description: 'From where the photo is downloaded; nothing else is known until then' }),
  album: z.string().optional(),
})
export type PendingSource = z.infer<typeof pendingSource>
