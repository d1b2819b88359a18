import type { Dirent, Stats } from 'node:fs'
import { lstat, readdir, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isTempName } from './disk-paths.ts'
import { pruneFolders } from './disk-remove.ts'
import type { ListedFile } from './storage.ts'
import { systemCode } from './storage-error.ts'

/**
 * The stored files below a folder. Links, special files and files being written are not stored
 * files.
 */
export async function* listFiles(
  folder: string,
  folderKey: string,
  onError: (error: unknown) => void,
): AsyncGenerator<ListedFile> {
  for (const entry of await readFolder(folder, onError)) {
    const path = join(folder, entry.name)
    const key = folderKey === '' ? entry.name : `${folderKey}/${entry.name}`
    if (entry.name.startsWith('.')) continue
    if (entry.isDirectory()) yield* listFiles(path, key, onError)
    else if (entry.isFile()) {
      const facts = await factsOf(path, onError)
      // The time of a change is also that of a rename.
      if (facts)
        yield {
          ...{ key, bytes: facts.size, modifiedAt: facts.mtime },
          storedAt: facts.mtime > facts.ctime ? facts.mtime : facts.ctime,
        }
    }
  }
}

/**
 * Removes the leftovers of writers that died between their first byte and the rename, and of those
 * that died before it or after a removal: empty folders. An ongoing write touches its file: choose
 * an age that no write reaches. Returns the number of removed files.
 */
export async function removeOldTemps(
  folder: string,
  olderThanMs: number,
  onError: (error: unknown) => void,
  root = folder,
): Promise<number> {
  let removed = 0
  const entries = await readFolder(folder, onError)
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) removed += await removeOldTemps(path, olderThanMs, onError, root)
    else if (isTempName(entry.name) && (await isOlder(path, olderThanMs, onError)))
      removed += await unlink(path).then(
        () => 1,
        (error: unknown) => noneIfMissing(error, 0, onError),
      )
  }
  // At the top there are also folders of others: `lost+found`.
  const isOurs = folder !== root && dirname(folder) !== root
  if (isOurs && entries.length === 0 && (await isOlder(folder, olderThanMs, () => {}))) await pruneFolders(folder, root)
  return removed
}

async function isOlder(path: string, ageMs: number, onError: (error: unknown) => void): Promise<boolean> {
  const facts = await factsOf(path, onError)
  return facts !== undefined && Date.now() - facts.mtimeMs > ageMs
}

function readFolder(path: string, onError: (error: unknown) => void): Promise<Dirent[]> {
  return readdir(path, { withFileTypes: true }).catch((error: unknown) => noneIfMissing(error, [], onError))
}

function factsOf(path: string, onError: (error: unknown) => void): Promise<Stats | undefined> {
  return lstat(path).catch((error: unknown) => noneIfMissing(error, undefined, onError))
}

/** Files may come and go while the tree is scanned: a missing one is not an error. */
function noneIfMissing<T>(error: unknown, none: T, onError: (error: unknown) => void): T {
  if (systemCode(error) !== 'ENOENT') onError(error)
  return none
}
