import { FOLDERS } from '@darkroom/contracts'
import type { Storage } from '@darkroom/storage'
import { eachDue } from '../../ground/each-due.ts'
import type { StagedBytes } from './staged-bytes.ts'
import type { StagedUploadStore } from './staged-upload-store.ts'

const AT_ONCE = 500

/**
 * Removes expired uploads and their bytes, and bytes without an upload. One that cannot be removed
 * does not block the others. Returns the number of files.
 */
export type RemoveExpiredUploads = (onError: (error: unknown) => void) => Promise<number>

export function createRemoveExpiredUploads(deps: {
  store: StagedUploadStore
  bytes: StagedBytes
  storage: Storage
  /** Bytes that are older than this and belong to no upload are left over. */
  orphanAgeMs: number
}): RemoveExpiredUploads {
  const { store, bytes, storage, orphanAgeMs } = deps

  const removeExpired = async (onError: (error: unknown) => void): Promise<void> => {
    const now = new Date()
    for await (const upload of eachDue((skip) => store.expired(now, AT_ONCE, skip))) {
      try {
        // The bytes first: without its record, they would only be found by their age.
        await bytes.remove(upload)
        await store.remove(upload.id)
      } catch (error) {
        onError(error)
      }
    }
  }
  const removeOrphans = async (onError: (error: unknown) => void): Promise<number> => {
    let removed = 0
    const known = new Map<string, boolean>()
    for await (const { key, storedAt } of storage.list(FOLDERS.staged, onError)) {
      if (Date.now() - storedAt.getTime() <= orphanAgeMs) continue
      const id = key.split('/').at(-2) ?? ''
      if (!known.has(id)) known.set(id, (await store.existing([id])).has(id))
      if (known.get(id) === true) continue
      await storage.remove(key).then(() => removed++, onError)
    }
    return removed
  }
  return async (onError) => {
    await removeExpired(onError).catch(onError)
    return removeOrphans(onError).catch((error: unknown) => (onError(error), 0))
  }
}
