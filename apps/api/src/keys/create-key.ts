import type { CreatedApiKey, Scope } from '@darkroom/contracts'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import type { KeyStore } from './key-store.ts'
import { createKeyText } from './key-text.ts'
import { toApiKey } from './to-api-key.ts'

export interface NewKey {
  tenant: string
  name: string
  scopes: Scope[]
  expiresAt: Date | null
}

/** Creates a key. The answer is the only place where the key itself ever is. */
export class CreateKey extends RequestData<CreatedApiKey> {
  readonly key: NewKey

  constructor(key: NewKey) {
    super()
    this.key = key
  }
}

export class CreateKeyHandler implements RequestHandler<CreateKey, CreatedApiKey> {
  readonly #deps

  constructor(deps: { keys: KeyStore; now: () => number }) {
    this.#deps = deps
  }

  async handle({ key: wanted }: CreateKey): Promise<CreatedApiKey> {
    const { id, key, hash } = createKeyText()
    const createdAt = new Date(this.#deps.now())
    const record = { ...wanted, id, hash, createdAt, revokedAt: null, lastUsedAt: null }
    await this.#deps.keys.insert(record)
    return { ...toApiKey(record), key }
  }
}
