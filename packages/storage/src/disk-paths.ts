import { randomBytes } from 'node:crypto'
import { basename, dirname, join, resolve } from 'node:path'
import { FOLDER_MODE, makeFolderIn } from './durable.ts'
import { sharedThread, type FileSystem } from './file-system.ts'
import { parseKey } from './key.ts'
import { StorageError, systemCode } from './storage-error.ts'

/** The way from keys to paths below one root folder. */
export interface DiskPaths {
  readonly root: string
  readonly fs: FileSystem
  /** The absolute path of a key. Checks the key, not what is on the disk. */
  resolve(key: string): string
  /**
   * Throws UNSAFE_PATH when a link stands between the root and this folder, or ENOENT when it is
   * not there. The root itself may be a link: the operator put it there. The folders are ours alone
   * (mode 0700), so what was checked stays so.
   */
  checkFolder(folder: string, key: string): Promise<void>
  /** Makes a folder below the root with all above it, none of them through a link. */
  makeFolder(folder: string, key: string): Promise<void>
}

export function createDiskPaths(rootFolder: string, fs: FileSystem): DiskPaths {
  const root = resolve(rootFolder)
  let realRoot: string | undefined

  async function checkFolder(folder: string, key: string): Promise<void> {
    const isBelow = async (real: string): Promise<boolean> =>
      (await fs.realpath(folder)) === join(real, folder.slice(root.length))
    realRoot ??= await fs.realpath(root)
    if (await isBelow(realRoot)) return
    // The operator may have led the root elsewhere meanwhile.
    realRoot = await fs.realpath(root)
    if (await isBelow(realRoot)) return
    throw new StorageError('UNSAFE_PATH', `There is a symbolic link in the path of ${key}.`)
  }

  // Folder by folder, each checked before the next is made in it: a plain `mkdir -p` follows links
  // and makes folders anywhere.
  async function makeFolder(folder: string, key: string): Promise<void> {
    if (await isThere(checkFolder(folder, key))) return
    if (folder === root) return makeFolders(root, fs)
    await makeFolder(dirname(folder), key)
    const made = await makeFolderIn(fs, dirname(folder), folder)
    if (!made) await checkFolder(folder, key)
  }

  return { root, fs, resolve: (key) => join(root, parseKey(key)), checkFolder, makeFolder }
}

/**
 * As `mkdir -p`. Node's own goes round for ever, in a thread that all share, where a parent is
 * there and takes no folders (`/proc`).
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
 * A fresh name beside the final one: on the same file system, so that the rename cannot turn into a
 * copy.
 */
export function tempPathFor(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(8).toString('hex')}.tmp`)
}

export function isTempName(name: string): boolean {
  return TEMP_NAME.test(name)
}
