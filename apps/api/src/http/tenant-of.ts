import { DEFAULT_TENANT } from '@darkroom/contracts'
import type { Request } from 'express'

/**
 * The tenant of a request. There are no accounts yet: every request belongs to the default tenant.
 */
export const tenantOf = (_req: Request): string => DEFAULT_TENANT
