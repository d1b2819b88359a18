import type { Logger } from '@darkroom/runtime'
import type { WebhookRecord, WebhookStore } from './webhook-store.ts'

/**
 * The webhooks of all tenants, as this process knows them: every write of a task asks for them. It
 * knows its own changes at once, those of other processes after its next look.
 */
export class WebhookDirectory {
  readonly #store: WebhookStore
  readonly #log: Logger
  #byTenant = new Map<string, WebhookRecord[]>()

  constructor({ store, log }: { store: WebhookStore; log: Logger }) {
    this.#store = store
    this.#log = log
  }

  /** Those that are switched on. */
  of = (tenant: string): readonly WebhookRecord[] => this.#byTenant.get(tenant) ?? []

  has = (tenant: string): boolean => this.#byTenant.has(tenant)

  /** Before the first write: until then, events would be written without a mark. */
  async load(): Promise<void> {
    const all = await this.#store.all()
    this.#byTenant = Map.groupBy(
      all.filter(({ disabled }) => disabled === null),
      ({ tenant }) => tenant,
    )
  }

  /** Never throws: what is known is used for longer then. */
  async refresh(): Promise<void> {
    await this.load().catch((error: unknown) => this.#log.debug({ err: error }, 'webhooks not read; trying again'))
  }
}
