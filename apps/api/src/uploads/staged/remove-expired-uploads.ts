import { FOLDERS } from '@darkroom/contracts'
import type { Storage } from '@darkroom/storage'
import type { StagedBytes } from './staged-bytes.ts'
import type { StagedUploadStore } from './staged-upload-store.ts'

const AT_ONCE = 500

/** Removes expired uploads and their bytes, and bytes without an upload. Returns the number of files. */
export type RemoveExpiredUploads = (onError: (error: unknown) => void) => Promise<number>

export function createRemoveExpiredUploads(deps: {
  store: StagedUploadStore
  bytes: StagedBytes
  storage: Storage
  /** Bytes that are older than this and belong to no upload are left over. */
  orphanAgeMs: number
}): RemoveExpiredUploads {
  const { store, bytes, storage, orphanAgeMs } = deps

  const removeExpired = async (): Promise<void> => {
    for (const upload of await store.expired(new Date(), AT_ONCE)) {
      // The bytes first: without its record, they would only be found by their age.
      await bytes.remove(upload)
      await store.remove(upload.id)
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
      await storage.remove(key)
      removed++
    }
    return removed
  }
  return async (onError) => {
    await removeExpired().catch(onError)
    return removeOrphans(onError).catch((error: unknown) => (onError(error), 0))
  }
}
