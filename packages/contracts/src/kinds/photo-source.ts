import { z } from 'zod'

/** What is known about an uploaded photo besides its size and hashes. */
export const photoSource = {
  url: z.string().optional().meta({ description: 'From where it was downloaded, if it was not uploaded' }),
  format: z.enum(['jpeg', 'png', 'webp', 'gif']),
  width: z.number().int().meta({ description: 'In pixels, after applying the orientation' }),
  height: z.number().int(),
  orientation: z.number().int().min(1).max(8).optional().meta({
    description:
      'EXIF orientation. Tasks of earlier releases have none, and their width and height do not take it into account',
  }),
}
