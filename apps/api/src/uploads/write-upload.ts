import { createHash } from 'node:crypto'
import { open, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolders } from '@darkroom/storage'

/** What was written to a temporary file. */
export interface WrittenFile {
  bytes: number
  /** Of what was kept, in lower-case hex. */
  sha256: string
}

export interface WriteOptions {
  /** The rest of a longer file is read but neither kept nor hashed; its `bytes` include it. */
  keepBytes?: number
  /** Called with the length of every chunk. If it throws, writing fails. */
  onBytes?: (bytes: number) => void
}

/**
 * Bytes per write if there is room to buffer them: a call to the thread pool costs as much as
 * writing 64 KiB.
 */
const WRITE_BYTES = 256 * 1024
/** The limit of all buffers together; above it, each upload writes what it has. */
const MOST_HELD_BYTES = 2 * 1024 * 1024
let heldBytes = 0

/**
 * Writes chunks to a new file and hashes them on the way. The next chunk is read only when the
 * previous ones are written or buffered, so many uploads together need little memory. If it fails,
 * the file may be there.
 */
export async function writeUpload(
  source: AsyncIterable<Buffer>,
  path: string,
  { keepBytes = Infinity, onBytes = () => {} }: WriteOptions = {},
): Promise<WrittenFile> {
  const sha256 = createHash('sha256')
  let bytes = 0
  let held: Buffer[] = []
  let ownBytes = 0
  const release = (): Buffer[] => {
    const chunks = held
    held = []
    heldBytes -= ownBytes
    ownBytes = 0
    return chunks
  }
  const file = await openNew(path)
  try {
    for await (const chunk of source) {
      const kept = chunk.subarray(0, Math.max(0, keepBytes - bytes))
      bytes += chunk.length
      onBytes(chunk.length)
      sha256.update(kept)
      held.push(kept)
      ownBytes += kept.length
      heldBytes += kept.length
      if (ownBytes >= WRITE_BYTES || heldBytes > MOST_HELD_BYTES) await writeAll(file, release())
    }
    await writeAll(file, release())
  } finally {
    release()
    await file.close()
  }
  return { bytes, sha256: sha256.digest('hex') }
}

/** Creates the folder only if it is missing, which is rare. */
async function openNew(path: string): Promise<FileHandle> {
  const openIt = (): Promise<FileHandle> => open(path, 'wx', 0o600)
  return openIt().catch(async (error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    await makeFolders(dirname(path))
    return openIt()
  })
}

/** A write may write less than requested, especially on a disk that is nearly full. */
async function writeAll(file: FileHandle, chunks: readonly Buffer[]): Promise<void> {
  let left = chunks.filter((chunk) => chunk.length > 0)
  while (left.length > 0) left = without(left, (await file.writev(left)).bytesWritten)
  for (const chunk of chunks) giveBack(chunk)
}

/**
 * Frees a written chunk immediately: with many uploads, the memory waiting for the garbage
 * collector far exceeds the buffers. A chunk that shares its memory is left alone, as the rest may
 * still be needed (by the next file of the form).
 */
function giveBack({ buffer, byteLength }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
}

/** What is left of the chunks after this many bytes. */
function without(chunks: readonly Buffer[], bytes: number): Buffer[] {
  const [first, ...others] = chunks
  if (!first) return []
  return bytes < first.length ? [first.subarray(bytes), ...others] : without(others, bytes - first.length)
}
