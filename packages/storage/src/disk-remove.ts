import { rmdir, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { DiskPaths } from './disk-paths.ts'
import { systemCode } from './storage-error.ts'

/** Error codes of unlink that mean: no such file. EISDIR: a folder is not a file with this key. */
const NOTHING_THERE = ['ENOENT', 'ENOTDIR', 'EISDIR']

/**
 * Removes a file and the folders that become empty. Not synced: a removal undone by a power cut is
 * repeated by the next clean-up, whereas a write undone would be a loss.
 */
export async function removeFile(paths: DiskPaths, key: string): Promise<void> {
  const path = paths.resolve(key)
  try {
    await paths.checkFolder(dirname(path), key)
    await unlink(path)
  } catch (error) {
    if (!NOTHING_THERE.includes(systemCode(error) ?? '')) throw error
  }
  await pruneFolders(dirname(path), paths.root)
}

/**
 * rmdir only removes empty folders, so a file that has just arrived is safe; a writer whose folder
 * disappears creates it again.
 */
export async function pruneFolders(folder: string, root: string): Promise<void> {
  for (let empty = folder; empty.length > root.length; empty = dirname(empty)) {
    try {
      await rmdir(empty)
    } catch (error) {
      // Already gone: its parent may still be empty. Any other error, usually "not empty", ends the
      // loop.
      if (systemCode(error) !== 'ENOENT') return
    }
  }
}
