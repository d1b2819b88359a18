import { dirname } from 'node:path'
import type { Readable } from 'node:stream'
import type { DiskPaths, MadeFolder } from './disk-paths.ts'
import { tempPathFor } from './disk-paths.ts'
import { openNew, openToRead, secureFile, withFile } from './durable.ts'
import type { FileSystem } from './file-system.ts'
import { hasSameContent } from './same-content.ts'
import type { KnownContent, PutResult } from './storage.ts'
import { StorageError, systemCode } from './storage-error.ts'

/**
 * How often a folder may disappear during a write before that is an error: each time a remove() has
 * pruned it.
 */
const MAX_FOLDER_TRIES = 20

/** A destination: the key and its path. */
export interface Place {
  paths: DiskPaths
  key: string
  path: string
}

export async function putFile(place: Place, body: Uint8Array | Readable): Promise<PutResult> {
  const { fs } = place.paths
  const temp = tempPathFor(place.path)
  const { file, durable } = await inFolder(place, async (folder) => ({
    file: await openNew(fs, temp),
    durable: folder.sync(),
  }))
  try {
    const bytes = await withFile(Promise.resolve(file), async () => {
      await file.writeFile(body)
      await file.sync()
      return body instanceof Uint8Array ? body.length : (await file.stat()).size
    })
    // Its folder cannot have been removed, as the temporary file is in it.
    const written = await moveUnlessSame(fs, { source: temp, path: place.path, isNew: false })
    await syncNames(place, durable)
    return { bytes, written }
  } catch (error) {
    // No partial file stays, especially if the disk is full. The original error is more important
    // than a leftover file.
    await fs.unlink(temp).catch(() => {})
    throw error
  }
}

export async function adoptFile(place: Place, tempPath: string, known?: KnownContent): Promise<PutResult> {
  const bytes = known?.isSynced ? known.bytes : await secure(place, tempPath)
  try {
    // The source folder is not synced: a temporary name that reappears after a power cut is a
    // leftover like any other.
    const { written, isKept } = await moveInto(place, tempPath)
    if (isKept) return { bytes, written }
  } catch (error) {
    if (systemCode(error) !== 'EXDEV') throw error
    return copyOver(place, tempPath)
  }
  throw new StorageError('STORAGE_FAILED', `${place.key} was removed as soon as it was stored.`)
}

/** Syncs a file to be adopted, and returns its size. */
async function secure({ paths, key }: Place, path: string): Promise<number> {
  const facts = await secureFile(paths.fs, path)
  if (facts.isFile()) return facts.size
  throw new StorageError('UNSAFE_PATH', `The source of ${key} is not a regular file.`)
}

/** The temp folder is on another file system: the bytes have to be copied. */
async function copyOver(place: Place, tempPath: string): Promise<PutResult> {
  const { fs } = place.paths
  const bytes = (await openToRead(fs, tempPath)).createReadStream({})
  // If it fails before its first byte is read, nobody else closes the file.
  const result = await putFile(place, bytes).finally(() => bytes.destroy())
  await fs.unlink(tempPath)
  return result
}

/** `source` is written and synced, and on the file system of the final name. */
export async function moveInto(place: Place, source: string): Promise<{ written: boolean; isKept: boolean }> {
  const { fs } = place.paths
  const { written, durable } = await inFolder(place, async (folder) => ({
    written: await moveUnlessSame(fs, { source, path: place.path, isNew: folder.isNew }),
    durable: folder.sync(),
  }))
  return { written, isKept: await syncNames(place, durable) }
}

/**
 * Even if nothing was moved: the process that moved it may have died before this. Returns false if
 * the file and its empty folder were removed as soon as it existed.
 */
async function syncNames({ paths: { fs }, path }: Place, folder: Promise<void>): Promise<boolean> {
  try {
    await Promise.all([fs.syncFolder(dirname(path)), folder])
    return true
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false
    throw error
  }
}

/** Nothing can be in a new folder. */
async function moveUnlessSame(
  fs: FileSystem,
  { source, path, isNew }: { source: string; path: string; isNew: boolean },
): Promise<boolean> {
  const same = !isNew && (await hasSameContent(fs, path, source))
  if (!same) await renameOver(fs, source, path)
  else {
    // As new as if it had just been written: a process that removes old unused files must not
    // remove this one, even after a power cut.
    const now = new Date()
    await fs.utimes(path, now, now)
    await withFile(openToRead(fs, path), (found) => found.sync())
    await fs.unlink(source)
  }
  return !same
}

/** A missing folder and a missing source are both ENOENT; only the first is worth a retry. */
async function renameOver(fs: FileSystem, source: string, path: string): Promise<void> {
  try {
    await fs.rename(source, path)
  } catch (error) {
    if (systemCode(error) === 'ENOENT' && !(await isThere(fs, source)))
      throw new StorageError('NOT_FOUND', 'The file to be stored no longer exists.', { cause: error })
    throw error
  }
}

function isThere(fs: FileSystem, path: string): Promise<boolean> {
  return fs.lstat(path).then(
    () => true,
    () => false,
  )
}

/**
 * Creates the folder of a destination and calls a function in it, again from the start if a
 * remove() pruned the empty folder in between.
 */
async function inFolder<T>({ paths, key, path }: Place, act: (folder: MadeFolder) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await act(await paths.makeFolder(dirname(path), key))
    } catch (error) {
      if (systemCode(error) === 'ENOTDIR')
        throw new StorageError('UNSAFE_PATH', `There is a file where ${key} needs a folder.`, { cause: error })
      if (systemCode(error) !== 'ENOENT' || tries === MAX_FOLDER_TRIES) throw error
    }
  }
}
