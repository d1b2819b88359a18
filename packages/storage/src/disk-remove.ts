import { rmdir, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { DiskPaths } from './disk-paths.ts'
import { systemCode } from './storage-error.ts'

/** Codes of unlink that mean: no such file. EISDIR: a folder is no file under this key. */
const NOTHING_THERE = ['ENOENT', 'ENOTDIR', 'EISDIR']

/**
 * Removes a file and the folders it leaves empty. Not synced: a removal undone by a power cut is
 * found and done again by the next clean-up, a write undone would be a loss.
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
 * rmdir takes empty folders only, so a file that just arrived is safe; a writer whose folder went
 * makes it again.
 */
export async function pruneFolders(folder: string, root: string): Promise<void> {
  for (let empty = folder; empty.length > root.length; empty = dirname(empty)) {
    try {
      await rmdir(empty)
    } catch (error) {
      // Gone already: its parent may still be empty. Anything else, not empty above all, ends the
      // climb.
      if (systemCode(error) !== 'ENOENT') return
    }
  }
}
