import { DEFAULT_TENANT, type AuditPage } from '@darkroom/contracts'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import type { AuditStore } from './audit-store.ts'

/**
 * What administrators did, newest first: in the default tenant those of all tenants. `cursor` is
 * the id of the last entry of the page before.
 */
export class ListAudit extends RequestData<AuditPage> {
  readonly tenant: string
  readonly limit: number
  readonly cursor: string | undefined

  constructor(tenant: string, { limit, cursor }: { limit: number; cursor: string | undefined }) {
    super()
    this.tenant = tenant
    this.limit = limit
    this.cursor = cursor
  }
}

export class ListAuditHandler implements RequestHandler<ListAudit, AuditPage> {
  readonly #store: AuditStore

  constructor(deps: { store: AuditStore }) {
    this.#store = deps.store
  }

  async handle({ tenant, limit, cursor }: ListAudit): Promise<AuditPage> {
    const whose = tenant === DEFAULT_TENANT ? undefined : tenant
    const found = await this.#store.list({ tenant: whose, before: cursor, limit: limit + 1 })
    const items = found.slice(0, limit)
    return { items, nextCursor: found.length > limit ? (items.at(-1)?.id ?? null) : null }
  }
}
