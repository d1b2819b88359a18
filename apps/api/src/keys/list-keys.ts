import type { ApiKey } from '@darkroom/contracts'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import type { KeyStore } from './key-store.ts'
import { toApiKey } from './to-api-key.ts'

/** The keys of a tenant, newest first. */
export class ListKeys extends RequestData<ApiKey[]> {
  readonly tenant: string

  constructor(tenant: string) {
    super()
    this.tenant = tenant
  }
}

export class ListKeysHandler implements RequestHandler<ListKeys, ApiKey[]> {
  readonly #keys: KeyStore

  constructor(deps: { keys: KeyStore }) {
    this.#keys = deps.keys
  }

  async handle({ tenant }: ListKeys): Promise<ApiKey[]> {
    return (await this.#keys.list(tenant)).map(toApiKey)
  }
}
