import { randomBytes } from 'node:crypto'
import { basename, dirname, join, resolve } from 'node:path'
import { FOLDER_MODE } from './durable.ts'
import { sharedThread, type FileSystem } from './file-system.ts'
import { parseKey } from './key.ts'
import { StorageError, systemCode } from './storage-error.ts'

/** A folder that exists. */
export interface MadeFolder {
  /** It was created just now, so nothing was in it. */
  isNew: boolean
  /**
   * Makes its name and those of its parents survive a power cut. Nothing in it is stored before;
   * meanwhile other work can be done. To be called when something is in it, so that nobody removes
   * it. The promise is safe to ignore.
   */
  sync: () => Promise<void>
}

/** Maps keys to paths below one root folder. */
export interface DiskPaths {
  readonly root: string
  readonly fs: FileSystem
  /** The absolute path of a key. Checks the key, not the disk. */
  resolve(key: string): string
  /**
   * Throws UNSAFE_PATH if there is a link between the root and this folder, or ENOENT if it does
   * not exist. The root itself may be a link, created by the operator. The folders are ours alone
   * (mode 0700), so the result of the check remains valid.
   */
  checkFolder(folder: string, key: string): Promise<void>
  /** Creates a folder below the root with all its parents, none of them through a link. */
  makeFolder(folder: string, key: string): Promise<MadeFolder>
}

/** Beyond these, it is forgotten which names are durable: they are synced once more. */
const MOST_DURABLE = 5000

export function createDiskPaths(rootFolder: string, fs: FileSystem): DiskPaths {
  const root = resolve(rootFolder)
  let realRoot: string | undefined
  /**
   * Folders that were found and whose names, up to the root, this process has synced. Whoever made
   * one may have failed to sync it, have died before, or be waiting for the disk. And it may have
   * been removed and made again since, by any process: hence the identity of each, by its path.
   */
  const durable = new Map<string, string>()

  async function checkFolder(folder: string, key: string): Promise<void> {
    const isBelow = async (real: string): Promise<boolean> =>
      (await fs.realpath(folder)) === join(real, folder.slice(root.length))
    realRoot ??= await fs.realpath(root)
    if (await isBelow(realRoot)) return
    // The operator may have redirected the root in the meantime.
    realRoot = await fs.realpath(root)
    if (await isBelow(realRoot)) return
    throw new StorageError('UNSAFE_PATH', `There is a symbolic link in the path of ${key}.`)
  }

  // Folder by folder, each checked before the next is created in it: a plain `mkdir -p` follows
  // links and creates folders anywhere.
  async function makeFolder(folder: string, key: string): Promise<MadeFolder> {
    const known = durable.get(folder)
    // With its parents, none of which can have been removed while it was in them.
    if (known !== undefined && known === (await identityOf(fs, folder))) return FOUND
    if (folder === root) {
      if (!(await isThere(checkFolder(root, key)))) await makeFolders(root, fs)
      return FOUND
    }
    const parent = await makeFolder(dirname(folder), key)
    const isNew = await makeOne(fs, folder)
    if (isNew) return { isNew, sync: () => ignorable(syncName(folder, parent)) }
    await checkFolder(folder, key)
    const found = await identityOf(fs, folder)
    return { isNew, sync: () => ignorable(syncFound(folder, found, parent)) }
  }

  async function syncName(folder: string, parent: MadeFolder): Promise<void> {
    await Promise.all([parent.sync(), fs.syncFolder(dirname(folder))])
  }

  async function syncFound(folder: string, identity: string | undefined, parent: MadeFolder): Promise<void> {
    await syncName(folder, parent)
    if (identity === undefined) return
    if (durable.size === MOST_DURABLE) durable.clear()
    durable.set(folder, identity)
  }

  return { root, fs, resolve: (key) => join(root, parseKey(key)), checkFolder, makeFolder }
}

/** A folder whose name is durable. That of the root is since its installation was marked. */
const FOUND: MadeFolder = { isNew: false, sync: () => Promise.resolve() }

/** What tells a folder from a later one with the same path; undefined if there is none. */
async function identityOf(fs: FileSystem, folder: string): Promise<string | undefined> {
  try {
    const { dev, ino, birthtimeMs } = await fs.lstat(folder)
    return `${dev}.${ino}.${birthtimeMs}`
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}

function ignorable(promise: Promise<void>): Promise<void> {
  promise.catch(() => {})
  return promise
}

/** Creates a folder in an existing one. Returns false if it already existed. */
function makeOne(fs: FileSystem, path: string): Promise<boolean> {
  return fs.mkdir(path, { mode: FOLDER_MODE }).then(
    () => true,
    (error: unknown) => {
      if (systemCode(error) === 'EEXIST') return false
      throw error
    },
  )
}

/**
 * Like `mkdir -p`. Node's own loops forever, in a shared thread, if a parent exists but does not
 * accept folders (`/proc`).
 */
export async function makeFolders(path: string, fs: Pick<FileSystem, 'mkdir'> = sharedThread): Promise<void> {
  const make = (): Promise<unknown> => fs.mkdir(path, { mode: FOLDER_MODE })
  try {
    await make().catch(async (error: unknown) => {
      if (systemCode(error) !== 'ENOENT' || dirname(path) === path) throw error
      await makeFolders(dirname(path), fs)
      await make()
    })
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error
  }
}

async function isThere(check: Promise<void>): Promise<boolean> {
  try {
    await check
    return true
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false
    throw error
  }
}

const TEMP_NAME = /^\..+\.[0-9a-f]{16}\.tmp$/

/**
 * A new name next to the final one: on the same file system, so that the rename cannot become a
 * copy.
 */
export function tempPathFor(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(8).toString('hex')}.tmp`)
}

export function isTempName(name: string): boolean {
  return TEMP_NAME.test(name)
}
