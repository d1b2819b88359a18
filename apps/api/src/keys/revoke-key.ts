import { RequestData, type RequestHandler } from 'mediatr-ts'
import { findKey } from './find-key.ts'
import type { KeyRing } from './key-ring.ts'
import type { KeyStore } from './key-store.ts'

/** From now on this process refuses the key, and all others do within seconds. */
export class RevokeKey extends RequestData<void> {
  readonly caller: string
  readonly id: string

  constructor(caller: string, id: string) {
    super()
    this.caller = caller
    this.id = id
  }
}

export class RevokeKeyHandler implements RequestHandler<RevokeKey, void> {
  readonly #deps

  constructor(deps: { keys: KeyStore; ring: KeyRing; now: () => number }) {
    this.#deps = deps
  }

  async handle({ caller, id }: RevokeKey): Promise<void> {
    const { keys, ring, now } = this.#deps
    await findKey(keys, caller, id)
    await keys.revoke(id, new Date(now()))
    ring.forget(id)
  }
}
