/** The owner of tasks until API keys exist. */
export const DEFAULT_TENANT = 'default'

/**
 * Prefixes a Redis key or storage key with its tenant. The default tenant's keys have no prefix, so
 * that they are exactly as documented (`task:{id}`, `output/{imageName}/…`); every other tenant has
 * a prefix of its own.
 */
export function tenantKey(tenant: string, key: string, separator: ':' | '/' = ':'): string {
  return tenant === DEFAULT_TENANT ? key : ['tenants', tenant, key].join(separator)
}
