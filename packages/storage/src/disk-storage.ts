import { statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createInstallationReader, isEmptyFolder, markInstallation } from './disk-installation.ts'
import { listFiles, removeOldTemps } from './disk-list.ts'
import { createDiskPaths, tempPathFor, type DiskPaths } from './disk-paths.ts'
import { openFile, readFacts } from './disk-read.ts'
import { moveFile } from './disk-move.ts'
import { removeFile } from './disk-remove.ts'
import { adoptFile, putFile } from './disk-write.ts'
import { openNew, openToRead, withFile } from './durable.ts'
import { ownThread, sharedThread } from './file-system.ts'
import { shareRuns } from './share-runs.ts'
import type { ListedFile, Storage } from './storage.ts'
import { StorageError, systemCode, toStorageError } from './storage-error.ts'

/** A storage whose files have local paths, for programs that read files by path. */
export interface DiskStorage extends Storage {
  /** The absolute path of a key. Throws INVALID_KEY; does not access the disk. */
  resolve(key: string): string
  /** Bytes that an unprivileged process can still write. */
  freeBytes(): Promise<number>
}

export interface DiskStorageOptions {
  /**
   * Blocks the thread while waiting for the disk: for a process that has nothing else to do in the
   * meantime. Default false.
   */
  blocking?: boolean
}

/**
 * A disk that does not respond (a network mount whose server is down) must not block its callers
 * forever.
 */
const DEADLINE_MS = 30_000

/**
 * Storage in a folder that is created on the first write. Folders have mode 0700, files 0600. Keeps
 * nothing open.
 */
export function createDiskStorage(rootFolder: string, { blocking = false }: DiskStorageOptions = {}): DiskStorage {
  const fs = blocking ? ownThread : sharedThread
  const paths = createDiskPaths(rootFolder, fs)
  const placeOf = (key: string) => ({ paths, key, path: paths.resolve(key) })
  const openStored = async (key: string) => {
    const path = paths.resolve(key)
    await paths.checkFolder(dirname(path), key)
    return openToRead(fs, path)
  }
  const readMarker = shareRuns(createInstallationReader(paths.root))
  const inTime = blocking ? <T>(act: () => Promise<T>) => act() : beforeDeadline
  return {
    put: (key, body) => translated(key, () => inTime(() => putFile(placeOf(key), body))),
    adopt: (tempPath, key, known) => translated(key, () => inTime(() => adoptFile(placeOf(key), tempPath, known))),
    open: (key, range = {}) => translated(key, () => inTime(() => openFile(() => openStored(key), key, range))),
    stat: (key) => translated(key, () => inTime(() => withFile(openStored(key), (file) => readFacts(file, key)))),
    move: (key, toKey) => translated(key, () => inTime(() => moveFile(placeOf(key), placeOf(toKey)))),
    remove: (key) => translated(key, () => inTime(() => removeFile(paths, key))),
    list: (folder, onError) => listTranslated(paths, folder, onError),
    resolve: paths.resolve,
    freeBytes: () => onRoot(() => freeBytesOf(paths)),
    check: () => onRoot(() => checkFolder(paths)),
    removeLeftovers: (olderThanMs, onError) => removeOldTemps(paths.root, olderThanMs, onError),
    readInstallation: () => readMarker(paths.root),
    markInstallation: (id) => markInstallation(paths.root, id),
    isEmpty: () => onRoot(() => isEmptyFolder(paths.root)),
    place: `DATA_DIR ${paths.root}`,
    close: () => {},
  }
}

/** The operation itself continues; a file that still appears under its name later is an orphan. */
async function beforeDeadline<T>(act: () => Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => reject(new StorageError('STORAGE_FAILED', `The disk has not responded for ${DEADLINE_MS} ms.`)),
    DEADLINE_MS,
  )
  try {
    return await Promise.race([act(), late])
  } finally {
    clearTimeout(timer)
  }
}

async function translated<T>(key: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    throw toStorageError(error, key)
  }
}

/** The folder itself: that it does not exist is a failure, not a result. */
async function onRoot<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    const code = systemCode(error)
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw toStorageError(error, 'the data folder')
    throw new StorageError('STORAGE_FAILED', `The data folder cannot be used (${code}).`, { cause: error })
  }
}

async function* listTranslated(
  paths: DiskPaths,
  folder?: string,
  onError: (error: unknown) => void = raise,
): AsyncGenerator<ListedFile> {
  try {
    yield* listFiles(folder === undefined ? paths.root : paths.resolve(folder), folder ?? '', onError)
  } catch (error) {
    throw toStorageError(error, folder ?? 'the root')
  }
}

function raise(error: unknown): never {
  throw error
}

/**
 * With the name of a temporary file: if this process dies in the meantime, it is removed like one.
 */
async function checkFolder(paths: DiskPaths): Promise<void> {
  await paths.makeFolder(paths.root, 'the root')
  const path = tempPathFor(join(paths.root, 'check'))
  try {
    await withFile(openNew(paths.fs, path), async (file) => {
      await file.writeFile(Buffer.from('check'))
      await file.sync()
    })
  } finally {
    await paths.fs.unlink(path).catch(() => {})
  }
}

async function freeBytesOf(paths: DiskPaths): Promise<number> {
  await paths.makeFolder(paths.root, 'the root')
  const { bavail, bsize } = await statfs(paths.root)
  return bavail * bsize
}
