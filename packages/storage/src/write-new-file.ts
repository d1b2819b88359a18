import { createHash } from 'node:crypto'
import { open, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolders } from './disk-paths.ts'
import type { KnownContent } from './storage.ts'

/**
 * Bytes per write if there is room to buffer them: a call to the thread pool costs as much as
 * writing 64 KiB.
 */
const WRITE_BYTES = 256 * 1024
/** Small chunks take more memory than their bytes. */
const WRITE_CHUNKS = 1024
/** The limit of all buffers together; above it, each writer writes what it has. */
const MOST_HELD_BYTES = 2 * 1024 * 1024
let heldBytes = 0

export interface NewFileOptions {
  /** Called with each chunk; returns what of it is written. If it throws, writing fails. */
  take?: (chunk: Buffer) => Buffer
  /** Called with the new file before it is closed. */
  atEnd?: (file: FileHandle) => Promise<void>
}

/**
 * Writes chunks to a new file, and returns the number of bytes. It is not synced, unless `atEnd`
 * does that. The next chunk is read only when the previous ones have been written or buffered, so
 * that many writers need little memory. Callers must not use a chunk afterwards: its memory is freed
 * as soon as it is written. If it fails, part of the file may be left.
 */
export async function writeNewFile(
  source: AsyncIterable<Buffer>,
  path: string,
  { take = (chunk) => chunk, atEnd = async () => {} }: NewFileOptions = {},
): Promise<number> {
  let bytes = 0
  let held: Uint8Array[] = []
  let ownBytes = 0
  const release = (): Uint8Array[] => {
    const chunks = held
    held = []
    heldBytes -= ownBytes
    ownBytes = 0
    return chunks
  }
  const file = await openNew(path)
  try {
    for await (const received of source) {
      const chunk = take(received)
      bytes += chunk.length
      held.push(chunk)
      ownBytes += chunk.length
      heldBytes += chunk.length
      if (ownBytes >= WRITE_BYTES || held.length >= WRITE_CHUNKS || heldBytes > MOST_HELD_BYTES)
        await writeAll(file, release())
    }
    await writeAll(file, release())
    await atEnd(file)
  } finally {
    release()
    await file.close()
  }
  return bytes
}

/** Like {@link writeNewFile}, and hashes what is written. */
export async function writeHashed(
  source: AsyncIterable<Buffer>,
  path: string,
  { take = (chunk) => chunk, atEnd }: NewFileOptions = {},
): Promise<KnownContent> {
  const sha256 = createHash('sha256')
  const hash = (received: Buffer): Buffer => {
    const chunk = take(received)
    sha256.update(chunk)
    return chunk
  }
  const bytes = await writeNewFile(source, path, { take: hash, ...(atEnd && { atEnd }) })
  return { bytes, sha256: sha256.digest('hex') }
}

/** Creates the folder only if it is missing, which is rare. */
async function openNew(path: string): Promise<FileHandle> {
  const openIt = (): Promise<FileHandle> => open(path, 'wx+', 0o600)
  return openIt().catch(async (error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    await makeFolders(dirname(path))
    return openIt()
  })
}

/** A write may write less than requested, especially on a disk that is nearly full. */
async function writeAll(file: FileHandle, chunks: readonly Uint8Array[]): Promise<void> {
  let left = chunks.filter((chunk) => chunk.length > 0)
  while (left.length > 0) left = without(left, (await file.writev(left)).bytesWritten)
  for (const chunk of chunks) giveBack(chunk)
}

/**
 * Frees a written chunk immediately: with many uploads, the memory waiting for the garbage
 * collector far exceeds the buffers. A chunk that shares its memory is left alone, as the rest may
 * still be needed (by the next file of a form).
 */
function giveBack({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
}

/** What is left of the chunks after this many bytes. */
function without(chunks: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let written = 0
  let rest = bytes
  for (const { length } of chunks) {
    if (rest < length) break
    rest -= length
    written++
  }
  return chunks.slice(written).map((chunk, index) => (index === 0 ? chunk.subarray(rest) : chunk))
}
