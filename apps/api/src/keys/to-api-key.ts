import type { ApiKey } from '@darkroom/contracts'
import type { KeyRecord } from './key-store.ts'

/** Everything about a key but its hash. */
export const toApiKey = ({ hash: _hash, createdAt, expiresAt, revokedAt, lastUsedAt, ...rest }: KeyRecord): ApiKey => ({
  ...rest,
  createdAt: createdAt.toISOString(),
  expiresAt: iso(expiresAt),
  revokedAt: iso(revokedAt),
  lastUsedAt: iso(lastUsedAt),
})

const iso = (date: Date | null): string | null => date?.toISOString() ?? null
