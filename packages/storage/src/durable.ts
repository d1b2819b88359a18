import { constants, type Stats } from 'node:fs'
import type { FileSystem, OpenFile } from './file-system.ts'
import { systemCode } from './storage-error.ts'

// Windows has none of the two flags, and cannot fsync a folder.
const noFollow = constants.O_NOFOLLOW ?? 0
const nonBlocking = constants.O_NONBLOCK ?? 0
const canSyncFolders = process.platform !== 'win32'

export const folderMode = 0o700
const fileMode = 0o600

/**
 * Opens a file for reading. Not through a link, and not waiting for ever on a pipe that somebody
 * put there.
 */
export function openToRead(fs: FileSystem, path: string): Promise<OpenFile> {
  return fs.open(path, constants.O_RDONLY | noFollow | nonBlocking)
}

/** Creates a file that must not exist yet. */
export function openNew(fs: FileSystem, path: string): Promise<OpenFile> {
  return fs.open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | noFollow, fileMode)
}

/** Runs `use` on an open file and closes it, whatever happens. */
export async function withFile<T>(opening: Promise<OpenFile>, use: (file: OpenFile) => Promise<T>): Promise<T> {
  const file = await opening
  try {
    return await use(file)
  } finally {
    await file.close()
  }
}

/**
 * A rename, a new file and a new folder survive a power cut only once the folder that names them is
 * synced.
 */
export async function syncFolder(fs: FileSystem, path: string): Promise<void> {
  if (canSyncFolders) await withFile(fs.open(path, 'r'), (folder) => folder.sync())
}

/**
 * Makes one folder in an existing one, and makes its name durable. Also when another process just
 * made it and may die before it does. Returns false when something of that name stood there
 * already.
 */
export async function makeFolderIn(fs: FileSystem, parent: string, path: string): Promise<boolean> {
  const made = await fs.mkdir(path, { mode: folderMode }).then(
    () => true,
    (error: unknown) => {
      if (systemCode(error) === 'EEXIST') return false
      throw error
    },
  )
  await syncFolder(fs, parent)
  return made
}

/** Takes over a file somebody else wrote: our mode, its bytes on the disk. Returns what it is. */
export function secureFile(fs: FileSystem, path: string): Promise<Stats> {
  return withFile(openToRead(fs, path), async (file) => {
    const facts = await file.stat()
    if (!facts.isFile()) return facts
    if ((facts.mode & 0o777) !== fileMode) await file.chmod(fileMode)
    await file.sync()
    return facts
  })
}
