import { DEFAULT_TENANT } from '@darkroom/contracts'
import type { Request } from 'express'

/** Whose request this is. There are no accounts yet: every request is the default tenant's. */
export const tenantOf = (_req: Request): string => DEFAULT_TENANT
