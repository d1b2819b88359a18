import { isStorageError, type DiskStorage } from '@darkroom/storage'

/**
 * The storage of one installation. In the wrong folder nothing is stored, removed or reported as
 * missing: callers get the error that the folder is not usable. `check` rejects unless the folder
 * is the right one.
 */
export function guardStorage(storage: DiskStorage, check: () => Promise<void>): DiskStorage {
  const inOwnFolder = async <T>(act: () => Promise<T>): Promise<T> => {
    await check()
    return act()
  }
  /** Reads only check the folder if a file is missing; it may have been mounted again since. */
  const missingOnlyIfOwn = <T>(act: () => Promise<T>): Promise<T> =>
    act().catch((error: unknown) => {
      if (isStorageError(error, 'NOT_FOUND')) return inOwnFolder(act)
      throw error
    })
  return {
    put: (key, body) => inOwnFolder(() => storage.put(key, body)),
    adopt: (tempPath, key) => inOwnFolder(() => storage.adopt(tempPath, key)),
    move: (key, toKey) => inOwnFolder(() => storage.move(key, toKey)),
    remove: (key) => inOwnFolder(() => storage.remove(key)),
    removeLeftovers: (olderThanMs, onError) => inOwnFolder(() => storage.removeLeftovers(olderThanMs, onError)),
    open: (key, range) => missingOnlyIfOwn(() => storage.open(key, range)),
    stat: (key) => missingOnlyIfOwn(() => storage.stat(key)),
    list: storage.list,
    resolve: storage.resolve,
    freeBytes: storage.freeBytes,
    check: storage.check,
  }
}
