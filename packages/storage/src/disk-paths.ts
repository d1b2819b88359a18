import { randomBytes } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { parseKey } from './key.ts'
import { StorageError } from './storage-error.ts'

/** The way from keys to paths below one root folder. */
export interface DiskPaths {
  readonly root: string
  /** The absolute path of a key. Checks the key, not what is on the disk. */
  resolve(key: string): string
  /**
   * Throws UNSAFE_PATH when a link stands between the root and this folder, or ENOENT when it is not there. The root itself may be a link: the
   * operator put it there. The folders are ours alone (mode 0700), so what was checked stays so.
   */
  checkFolder(folder: string, key: string): Promise<void>
}

export function createDiskPaths(rootFolder: string): DiskPaths {
  const root = resolve(rootFolder)
  return {
    root,
    resolve: (key) => join(root, parseKey(key)),
    async checkFolder(folder, key) {
      const expected = join(await realpath(root), folder.slice(root.length))
      if ((await realpath(folder)) !== expected)
        throw new StorageError('UNSAFE_PATH', `A link stands in the way of ${key}.`)
    },
  }
}

const tempName = /^\..+\.[0-9a-f]{16}\.tmp$/

/** A fresh name beside the final one: on the same file system, so that the rename cannot turn into a copy. */
export function tempPathFor(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(8).toString('hex')}.tmp`)
}

export function isTempName(name: string): boolean {
  return tempName.test(name)
}
