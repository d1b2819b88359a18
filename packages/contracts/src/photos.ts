import { z } from 'zod'

/** The status of a photo in `/photos/{id}/status`, an older and smaller form of its task. */
export const photoStatus = z
  .object({
    status: z.enum(['pending', 'processing', 'completed', 'failed']),
    error: z.string().nullable().meta({ description: 'Why the last attempt failed' }),
    isProcessed: z.boolean().meta({ description: 'Whether its numbers have been read' }),
    processedAt: z.iso.datetime().nullable().meta({ description: 'Since when' }),
  })
  .meta({ id: 'PhotoStatus' })
export type PhotoStatus = z.infer<typeof photoStatus>
