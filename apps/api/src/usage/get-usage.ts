import type { Usage } from '@darkroom/contracts'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import type { Quotas, Stored } from './tenant-quotas.ts'
import type { UsageMeter } from './usage-meter.ts'
import type { UsageStore } from './usage-store.ts'

/** What a tenant has uploaded and stored. `from` and `to` are days, both included. */
export class GetUsage extends RequestData<Usage> {
  readonly tenant: string
  readonly from: string
  readonly to: string

  constructor(tenant: string, { from, to }: { from: string; to: string }) {
    super()
    this.tenant = tenant
    this.from = from
    this.to = to
  }
}

export class GetUsageHandler implements RequestHandler<GetUsage, Usage> {
  readonly #deps

  constructor(deps: {
    store: UsageStore
    meter: UsageMeter
    quotas: Quotas
    storedOf: (tenant: string) => Promise<Stored | undefined>
  }) {
    this.#deps = deps
  }

  async handle({ tenant, from, to }: GetUsage): Promise<Usage> {
    const { store, meter, quotas, storedOf } = this.#deps
    await meter.write()
    const [days, stored] = await Promise.all([store.days(tenant, { from, to }), storedOf(tenant)])
    return { tenant, days, stored: stored ?? null, quotas }
  }
}
