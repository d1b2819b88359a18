import { z } from 'zod'

/** What a key may do. Administration always requires a key, even with `AUTH=off`. */
export const SCOPES = ['tasks:read', 'tasks:write', 'queues:read', 'queues:admin', 'keys:admin'] as const
export const scope = z.enum(SCOPES)
export type Scope = z.infer<typeof scope>

/** Part of storage keys and Redis keys, so nothing in it needs escaping in either. */
export const TENANT_PATTERN = /^[a-z0-9][a-z0-9-]{0,39}$/
const tenant = z.string().regex(TENANT_PATTERN, 'must be 1 to 40 lower-case letters, digits or -')

export const apiKey = z
  .object({
    id: z.string().meta({ description: 'The part of the key that is not secret: `drk_<id>_<secret>`' }),
    name: z.string(),
    tenant: z.string(),
    scopes: z.array(scope),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().nullable(),
    revokedAt: z.iso.datetime().nullable(),
    lastUsedAt: z.iso.datetime().nullable().meta({ description: 'Accurate to a minute' }),
  })
  .meta({ id: 'ApiKey', description: 'An API key, without its secret' })
export type ApiKey = z.infer<typeof apiKey>

export const createdApiKey = apiKey
  .extend({ key: z.string().meta({ description: 'The key itself. It is not stored, and never shown again' }) })
  .meta({ id: 'CreatedApiKey' })
export type CreatedApiKey = z.infer<typeof createdApiKey>

export const apiKeyList = z.object({ items: z.array(apiKey) })

export const apiKeyFields = z.strictObject({
  name: z.string().trim().min(1).max(100).meta({ description: 'Who uses it, for people' }),
  scopes: z
    .array(scope)
    .min(1)
    .max(SCOPES.length)
    .default(['tasks:read', 'tasks:write'])
    .meta({ description: 'What it permits' }),
  tenant: tenant.optional().meta({ description: 'The tenant whose tasks it can see; by default that of the caller' }),
  expiresInSeconds: z
    .int()
    .min(60)
    .max(315_360_000)
    .optional()
    .meta({ description: 'After this long it is refused; by default it does not expire' }),
})

export const rotationFields = z.strictObject({
  graceSeconds: z.int().min(0).max(2_592_000).default(3600).meta({ description: 'How long the old key still works' }),
})
