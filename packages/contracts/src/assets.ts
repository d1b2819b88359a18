import { z } from 'zod'

export const ASSET_CONTENT_TYPES = ['image/jpeg', 'image/png', 'image/webp'] as const

/** A picture that tasks may refer to by its name. */
export const asset = z
  .object({
    name: z.string().meta({ examples: ['harbour.jpg'] }),
    contentType: z.enum(ASSET_CONTENT_TYPES),
    size: z.int().meta({ description: 'Bytes' }),
    origin: z
      .enum(['stored', 'shipped'])
      .meta({ description: 'Whether it was stored by a client, or is part of Darkroom' }),
    updatedAt: z.iso.datetime().nullable().meta({ description: 'When it was stored; null if it was shipped' }),
    url: z.string(),
  })
  .meta({ id: 'Asset' })
export type Asset = z.infer<typeof asset>

export const assetList = z.object({ items: z.array(asset) }).meta({ id: 'AssetList' })
