import { isStorageError, type Storage } from '@darkroom/storage'

/**
 * The storage of one installation. In the wrong folder nothing is stored, removed or reported as
 * missing: callers get the error that the folder is not usable. `check` rejects unless the folder
 * is the right one.
 */
export function guardStorage(storage: Storage, check: () => Promise<void>): Storage {
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
    adopt: (tempPath, key, known) => inOwnFolder(() => storage.adopt(tempPath, key, known)),
    move: (key, toKey) => inOwnFolder(() => storage.move(key, toKey)),
    remove: (key) => inOwnFolder(() => storage.remove(key)),
    removeLeftovers: (olderThanMs, onError) => inOwnFolder(() => storage.removeLeftovers(olderThanMs, onError)),
    open: (key, range) => missingOnlyIfOwn(() => storage.open(key, range)),
    stat: (key) => missingOnlyIfOwn(() => storage.stat(key)),
    list: (folder, onError) => storage.list(folder, onError),
    freeBytes: () => storage.freeBytes(),
    check: () => storage.check(),
    readInstallation: () => storage.readInstallation(),
    markInstallation: (id) => storage.markInstallation(id),
    isEmpty: () => storage.isEmpty(),
    place: storage.place,
    close: () => storage.close(),
  }
}
