import type { CreatedApiKey, Scope } from '@darkroom/contracts'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { AppError } from '../app-error.ts'
import { CreateKey, type CreateKeyHandler } from './create-key.ts'
import { findKey } from './find-key.ts'
import type { KeyRing } from './key-ring.ts'
import type { KeyStore } from './key-store.ts'

interface Rotator {
  tenant: string
  scopes: readonly Scope[]
}

/**
 * Creates a key with the same rights, none of which the caller may lack. The old one works until
 * the grace period has passed. Throws KEY_NOT_FOUND, SCOPE_MISSING, KEY_ENDED.
 */
export class RotateKey extends RequestData<CreatedApiKey> {
  readonly caller: Rotator
  readonly id: string
  readonly graceSeconds: number

  constructor(caller: Rotator, id: string, graceSeconds: number) {
    super()
    this.caller = caller
    this.id = id
    this.graceSeconds = graceSeconds
  }
}

export class RotateKeyHandler implements RequestHandler<RotateKey, CreatedApiKey> {
  readonly #deps

  constructor(deps: { keys: KeyStore; ring: KeyRing; createKey: CreateKeyHandler; now: () => number }) {
    this.#deps = deps
  }

  async handle({ caller, id, graceSeconds }: RotateKey): Promise<CreatedApiKey> {
    const { keys, ring, createKey, now } = this.#deps
    const { tenant, name, scopes, expiresAt } = await findKey(keys, caller.tenant, id)
    if (scopes.some((scope) => !caller.scopes.includes(scope)))
      throw new AppError('SCOPE_MISSING', 'Your key cannot replace one that permits more than itself.')
    if (expiresAt && expiresAt.getTime() <= now()) throw keyEnded()
    const created = await createKey.handle(new CreateKey({ tenant, name, scopes, expiresAt }))
    const end = now() + graceSeconds * 1000
    const isReplaced = await keys.expire(id, new Date(Math.min(end, expiresAt?.getTime() ?? Infinity)))
    ring.forget(id)
    if (isReplaced) return created
    await keys.revoke(created.id, new Date(now()))
    throw keyEnded()
  }
}

const keyEnded = (): AppError =>
  new AppError('KEY_ENDED', 'This key is revoked or has expired, so it has no successor: create a new key.')
