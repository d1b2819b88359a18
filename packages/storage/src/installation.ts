import { randomUUID } from 'node:crypto'
import { link, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolders, tempPathFor } from './disk-paths.ts'
import { openNew, syncFolder, withFile } from './durable.ts'
import { sharedThread as fs } from './file-system.ts'
import { StorageError, systemCode, toStorageError } from './storage-error.ts'

/** The file in a data folder that identifies its installation. */
export const INSTALLATION_MARKER = '.darkroom.json'
/** The size of a large variant: a disk with less space is full. */
const TEST_BYTES = 1024 * 1024

/**
 * The id of the installation whose files are in a folder; undefined if the folder is missing or has
 * no marker. An unmounted volume leaves an empty folder, and a wrong DATA_DIR may belong to another
 * installation: the marker distinguishes them.
 */
export async function readInstallation(rootFolder: string): Promise<string | undefined> {
  try {
    return parseMarker(await readFile(join(rootFolder, INSTALLATION_MARKER), 'utf8'))
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return undefined
    throw toStorageError(error, 'the marker of the installation')
  }
}

/**
 * Creates the folder and its marker if they do not exist. Returns the id in the marker, which
 * differs if there was one already.
 */
export async function markInstallation(rootFolder: string, id: string = randomUUID()): Promise<string> {
  const known = await readInstallation(rootFolder)
  if (known !== undefined) return known
  try {
    await makeFolders(rootFolder)
    await createMarker(rootFolder, id)
  } catch (error) {
    const code = systemCode(error)
    // Only the folder itself is missing here.
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new StorageError('STORAGE_FAILED', `The data folder cannot be created (${code}).`, { cause: error })
    throw toStorageError(error, 'the marker of the installation')
  }
  const marked = await readInstallation(rootFolder)
  if (marked === undefined) throw new Error(`${INSTALLATION_MARKER} in the data folder is invalid: remove it`)
  return marked
}

/** Writes, syncs and removes a file of the size of a large variant. Throws StorageError. */
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
 * Atomic, and never replaces an existing marker: of two processes that start at once, the first
 * one's marker stays.
 */
async function createMarker(rootFolder: string, id: string): Promise<void> {
  const path = join(rootFolder, INSTALLATION_MARKER)
  const temp = tempPathFor(path)
  try {
    await writeNew(temp, Buffer.from(`${JSON.stringify({ installation: id })}\n`))
    await link(temp, path)
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error
  } finally {
    await unlink(temp).catch(() => {})
  }
  await syncFolder(fs, rootFolder)
}

function writeNew(path: string, bytes: Uint8Array): Promise<void> {
  return withFile(openNew(fs, path), async (file) => {
    await file.writeFile(bytes)
    await file.sync()
  })
}

function parseMarker(text: string): string | undefined {
  try {
    const { installation } = JSON.parse(text) as { installation?: unknown }
    return typeof installation === 'string' ? installation : undefined
  } catch {
    return undefined
  }
}
