import { constants, type Stats } from 'node:fs'
import type { FileSystem, OpenFile } from './file-system.ts'

// Windows has neither of the two flags.
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0
const NON_BLOCKING = constants.O_NONBLOCK ?? 0

export const FOLDER_MODE = 0o700
const FILE_MODE = 0o600

/** Opens a file for reading. Does not follow a link, and does not wait forever on a pipe. */
export function openToRead(fs: FileSystem, path: string): Promise<OpenFile> {
  return fs.open(path, constants.O_RDONLY | NO_FOLLOW | NON_BLOCKING)
}

/** Creates a file that must not exist yet. */
export function openNew(fs: FileSystem, path: string): Promise<OpenFile> {
  return fs.open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | NO_FOLLOW, FILE_MODE)
}

/** Calls `use` with an open file and closes it in any case. */
export async function withFile<T>(opening: Promise<OpenFile>, use: (file: OpenFile) => Promise<T>): Promise<T> {
  const file = await opening
  try {
    return await use(file)
  } finally {
    await file.close()
  }
}

/** Takes over a file written by others: sets our mode and syncs its bytes. Returns its metadata. */
export function secureFile(fs: FileSystem, path: string): Promise<Stats> {
  return withFile(openToRead(fs, path), async (file) => {
    const facts = await file.stat()
    if (!facts.isFile()) return facts
    if ((facts.mode & 0o777) !== FILE_MODE) await file.chmod(FILE_MODE)
    await file.sync()
    return facts
  })
}
