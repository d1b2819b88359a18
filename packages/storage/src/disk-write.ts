import { dirname } from 'node:path'
import type { Readable } from 'node:stream'
import type { DiskPaths } from './disk-paths.ts'
import { tempPathFor } from './disk-paths.ts'
import { openNew, openToRead, secureFile, syncFolder, withFile } from './durable.ts'
import type { FileSystem } from './file-system.ts'
import { hasSameContent } from './same-content.ts'
import type { PutResult } from './storage.ts'
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
  const file = await inFolder(place, () => openNew(fs, temp))
  try {
    const bytes = await withFile(Promise.resolve(file), async () => {
      await file.writeFile(body)
      await file.sync()
      return body instanceof Uint8Array ? body.length : (await file.stat()).size
    })
    return await moveInto(place, temp, bytes)
  } catch (error) {
    // No partial file stays, especially if the disk is full. The original error is more important
    // than a leftover file.
    await fs.unlink(temp).catch(() => {})
    throw error
  }
}

export async function adoptFile(place: Place, tempPath: string): Promise<PutResult> {
  const { fs } = place.paths
  const facts = await secureFile(fs, tempPath)
  if (!facts.isFile()) throw new StorageError('UNSAFE_PATH', `The source of ${place.key} is not a regular file.`)
  try {
    // The source folder is not synced: a temporary name that reappears after a power cut is a
    // leftover like any other.
    return await moveInto(place, tempPath, facts.size)
  } catch (error) {
    if (systemCode(error) !== 'EXDEV') throw error
    return copyOver(place, tempPath)
  }
}

/** The temp folder is on another file system: the bytes have to be copied. */
async function copyOver(place: Place, tempPath: string): Promise<PutResult> {
  const { fs } = place.paths
  const file = await openToRead(fs, tempPath)
  const result = await putFile(place, file.createReadStream({}))
  await fs.unlink(tempPath)
  return result
}

/**
 * The last step of every write. `source` is written and synced, and on the file system of the final
 * name.
 */
export async function moveInto(place: Place, source: string, bytes: number): Promise<PutResult> {
  const { fs } = place.paths
  const written = await inFolder(place, () => moveUnlessSame(fs, source, place.path))
  // Even if nothing was moved: the process that moved it may have died before this line.
  await syncFolder(fs, dirname(place.path)).catch(ignoreMissing)
  return { bytes, written }
}

async function moveUnlessSame(fs: FileSystem, source: string, path: string): Promise<boolean> {
  const same = await hasSameContent(fs, path, source)
  if (!same) await renameOver(fs, source, path)
  else {
    // As new as if it had just been written: a process that removes old unused files must not
    // remove this one.
    const now = new Date()
    await fs.utimes(path, now, now)
    await fs.unlink(source)
  }
  return !same
}

/** The file and its empty folder were removed as soon as it existed. */
function ignoreMissing(error: unknown): void {
  if (systemCode(error) !== 'ENOENT') throw error
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
async function inFolder<T>({ paths, key, path }: Place, act: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      await paths.makeFolder(dirname(path), key)
      return await act()
    } catch (error) {
      if (systemCode(error) === 'ENOTDIR')
        throw new StorageError('UNSAFE_PATH', `There is a file where ${key} needs a folder.`, { cause: error })
      if (systemCode(error) !== 'ENOENT' || tries === MAX_FOLDER_TRIES) throw error
    }
  }
}
