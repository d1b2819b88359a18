import { DEFAULT_TENANT } from '@darkroom/contracts'
import { AppError } from '../app-error.ts'
import type { KeyRecord, KeyStore } from './key-store.ts'

/** Administrators of the default tenant manage the keys of all tenants, others those of their own. */
export const mayManage = (caller: string, tenant: string): boolean => caller === DEFAULT_TENANT || caller === tenant

/** A key that this tenant may manage. Throws KEY_NOT_FOUND, also for those of other tenants. */
export async function findKey(store: KeyStore, caller: string, id: string): Promise<KeyRecord> {
  const key = await store.find(id)
  if (!key || !mayManage(caller, key.tenant)) throw new AppError('KEY_NOT_FOUND', 'There is no key with this id.')
  return key
}
