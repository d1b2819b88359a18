import type { z } from 'zod'
import type { CorsOrigins } from './check-origin.ts'

/** `*`, or a list of origins exactly as browsers send them. */
export function parseCorsOrigins(text: string, context: z.RefinementCtx): CorsOrigins {
  if (text.trim() === '*') return '*'
  const origins = text.split(/\s*,\s*/).filter(Boolean)
  if (origins.every((origin) => !origin.includes('*') && URL.canParse(origin) && new URL(origin).origin === origin))
    return origins
  context.addIssue({
    code: 'custom',
    message: 'must be * or origins such as https://shop.example.com,http://localhost:5173, without a path',
  })
  return []
}
