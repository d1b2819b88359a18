import type { RequestHandler } from 'express'
import { AppError } from '../app-error.ts'
import { tenantOf } from '../http/tenant-of.ts'
import { idempotencyKey } from './idempotency.ts'

/** Throws QUOTA_EXCEEDED. `bytes` is the size that an upload declares. */
export type CheckQuota = (tenant: string, bytes: number) => Promise<void>

/**
 * Refuses uploads of a tenant that has reached a quota before their bodies are read. A repeated
 * request creates nothing, so it is answered as before.
 */
export const checkQuota =
  (check: CheckQuota, isDone: (tenant: string, key: string) => Promise<boolean>): RequestHandler =>
  async (req, _res, next) => {
    const tenant = tenantOf(req)
    try {
      await check(tenant, Number(req.headers['content-length'] ?? 0))
    } catch (error) {
      const key = idempotencyKey(req)
      const isRepeated = error instanceof AppError && key !== undefined && (await isDone(tenant, key))
      if (!isRepeated) throw error
    }
    next()
  }
