import { randomUUID } from 'node:crypto'
import { link, readdir, readFile, stat, unlink } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { makeFolders, tempPathFor } from './disk-paths.ts'
import { openNew, withFile } from './durable.ts'
import { sharedThread as fs } from './file-system.ts'
import { INSTALLATION_MARKER, markerText, parseMarker } from './installation.ts'
import { StorageError, systemCode, toStorageError } from './storage-error.ts'

/** Of a parent that cannot be synced: it is not ours, so nothing was created in it. */
const NOT_OURS = ['EACCES', 'EPERM', 'EROFS', 'EINVAL']
/** The content of a new file system. */
const OF_THE_SYSTEM = new Set(['lost+found'])
/** The size of a large variant: a disk with less space is full. */
const TEST_BYTES = 1024 * 1024

/** The id in the marker of a folder; undefined if the folder is missing or has no marker. */
export async function readInstallation(rootFolder: string): Promise<string | undefined> {
  try {
    return parseMarker(await readFile(join(rootFolder, INSTALLATION_MARKER), 'utf8'))
  } catch (error) {
    if (isMissing(error)) return undefined
    throw toStorageError(error, 'the marker of the installation')
  }
}

/**
 * Like {@link readInstallation}, for a process that asks often: a marker is read again when it is
 * another file or has been written to.
 */
export function createInstallationReader(rootFolder: string): () => Promise<string | undefined> {
  let last: { version: string; id: string | undefined } | undefined
  return async () => {
    const version = await versionOf(join(rootFolder, INSTALLATION_MARKER))
    if (version === undefined) return undefined
    if (version !== last?.version) last = { version, id: await readInstallation(rootFolder) }
    return last.id
  }
}

async function versionOf(path: string): Promise<string | undefined> {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = await stat(path)
    return [dev, ino, size, mtimeMs, ctimeMs].join()
  } catch (error) {
    if (isMissing(error)) return undefined
    throw toStorageError(error, 'the marker of the installation')
  }
}

/** Creates the folder and its marker if they do not exist. Returns the id in the marker. */
export async function markInstallation(rootFolder: string, id: string = randomUUID()): Promise<string> {
  const known = await readInstallation(rootFolder)
  if (known !== undefined) return known
  try {
    await makeFolders(rootFolder)
    await syncNames(resolve(rootFolder))
    await createMarker(rootFolder, id)
  } catch (error) {
    // Only the folder itself is missing here.
    if (isMissing(error))
      throw new StorageError('STORAGE_FAILED', `The data folder cannot be created (${systemCode(error)}).`, {
        cause: error,
      })
    throw toStorageError(error, 'the marker of the installation')
  }
  const marked = await readInstallation(rootFolder)
  if (marked === undefined) throw new Error(`${INSTALLATION_MARKER} in the data folder is invalid: remove it`)
  return marked
}

/** Whether a folder is missing or holds nothing but what every new file system contains. */
export async function isEmptyFolder(rootFolder: string): Promise<boolean> {
  const names = await readdir(rootFolder).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return []
    throw error
  })
  return names.every((name) => OF_THE_SYSTEM.has(name))
}

/**
 * Writes, syncs and removes a file of the size of a large variant, in a folder that must exist.
 * Throws StorageError.
 */
export async function testWrite(rootFolder: string): Promise<void> {
  const path = tempPathFor(join(rootFolder, 'test-write'))
  try {
    await writeNew(path, Buffer.alloc(TEST_BYTES))
  } catch (error) {
    throw toStorageError(error, 'a test file')
  } finally {
    await unlink(path).catch(() => {})
  }
}

/**
 * The names of a folder and its parents, whichever of them are new. Nothing is stored in it before
 * it is marked, so this happens once.
 */
async function syncNames(folder: string): Promise<void> {
  for (let at = folder; dirname(at) !== at; at = dirname(at))
    await fs.syncFolder(dirname(at)).catch((error: unknown) => {
      if (!NOT_OURS.includes(systemCode(error) ?? '')) throw error
    })
}

/**
 * Atomic, and never replaces an existing marker: of two processes that start at once, the first
 * one's marker stays.
 */
async function createMarker(rootFolder: string, id: string): Promise<void> {
  const path = join(rootFolder, INSTALLATION_MARKER)
  const temp = tempPathFor(path)
  try {
    await writeNew(temp, Buffer.from(markerText(id)))
    await link(temp, path)
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error
  } finally {
    await unlink(temp).catch(() => {})
  }
  await fs.syncFolder(rootFolder)
}

function writeNew(path: string, bytes: Uint8Array): Promise<void> {
  return withFile(openNew(fs, path), async (file) => {
    await file.writeFile(bytes)
    await file.sync()
  })
}

const isMissing = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')
