import type { OpenFile } from './file-system.ts'
import type { ByteRange, OpenedFile, StoredFile } from './storage.ts'
import { StorageError } from './storage-error.ts'

/**
 * Metadata and bytes come from one open file: a file that is replaced in the meantime cannot mix
 * its length with other bytes.
 */
export async function openFile(opening: () => Promise<OpenFile>, key: string, range: ByteRange): Promise<OpenedFile> {
  checkRange(range)
  const file = await opening()
  try {
    const facts = await readFacts(file, key)
    return { ...facts, stream: file.createReadStream(within(range, facts.bytes)) }
  } catch (error) {
    await file.close()
    throw error
  }
}

/** Ends at the last byte, so that the end of the file needs no read of its own. */
function within({ start = 0, end = Infinity }: ByteRange, bytes: number): ByteRange {
  return start < bytes ? { start, end: Math.min(end, bytes - 1) } : { start }
}

export async function readFacts(file: OpenFile, key: string): Promise<StoredFile> {
  const facts = await file.stat()
  if (facts.isDirectory()) throw new StorageError('NOT_FOUND', `Nothing is stored under ${key}.`)
  if (!facts.isFile()) throw new StorageError('UNSAFE_PATH', `${key} is not a regular file.`)
  return { bytes: facts.size, modifiedAt: facts.mtime }
}

/** Throws INVALID_RANGE. A range may extend beyond the end of the file. */
export function checkRange({ start = 0, end = Number.MAX_SAFE_INTEGER }: ByteRange): void {
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end < start)
    throw new StorageError('INVALID_RANGE', `Not a byte range: ${start} to ${end}.`)
}
