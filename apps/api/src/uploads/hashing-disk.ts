import { randomInt } from 'node:crypto'
import { open, unlink, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { makeFolders } from '@darkroom/storage'
import type { Request } from 'express'
import type { StorageEngine } from 'multer'
import type { ReceivedFile } from '../tasks/kind.ts'
import { digestsOf, type Digests } from './digests.ts'
import type { FileHasher } from './file-hasher.ts'

export interface HashingDiskOptions {
  hash: FileHasher['hash']
  /** The rest of a longer file is read but neither kept nor hashed; its `bytes` include it. */
  keepBytes?: number
  /** Called for every chunk of a request. If it throws, the request fails. */
  onBytes?: (req: Request, bytes: number) => void
}

/** Writes the files of forms into a folder, and hashes them. */
export function hashingDisk(
  folder: string,
  { hash, keepBytes = Infinity, onBytes }: HashingDiskOptions,
): StorageEngine {
  let begun = 0
  return {
    _handleFile(req, file, callback) {
      const place = begun++
      const path = join(folder, temporaryName(file.fieldname, file.originalname))
      const receive = async (): Promise<object> => {
        const { bytes, digests } = await write(file.stream, path, {
          keepBytes,
          onBytes: (count) => onBytes?.(req, count),
        })
        return { path, size: bytes, place, bytes, ...(digests ?? (await hash(path))) }
      }
      receive().then(
        (received) => callback(null, received as never),
        (error: unknown) =>
          void unlink(path)
            .catch(() => {})
            .then(() => callback(error)),
      )
    },
    _removeFile(_req, file, callback) {
      unlink(file.path).then(
        () => callback(null),
        () => callback(null),
      )
    },
  }
}

/**
 * The files of a request that multer read into {@link hashingDisk}, in the order of the form, as
 * multer groups them by field.
 */
export function receivedFiles(req: Request): ReceivedFile[] {
  const files = Object.values((req.files ?? {}) as Record<string, unknown[]>).flat() as (ReceivedFile & {
    originalname: string
    place: number
  })[]
  return files
    .toSorted((a, b) => a.place - b.place)
    .map(({ path, bytes, sha256, md5, originalname }) => ({ path, bytes, sha256, md5, originalName: originalname }))
}

/**
 * Bytes per write if there is room to buffer them: a call to the thread pool costs as much as
 * writing 64 KiB.
 */
const WRITE_BYTES = 256 * 1024
/** Hashed right here, which takes a tenth of a millisecond, less than a message to a thread. */
const SMALL_BYTES = 64 * 1024
/** The limit of all buffers together; above it, each upload writes what it has. */
const MOST_HELD_BYTES = 2 * 1024 * 1024
let heldBytes = 0

/**
 * The next chunk is read only when the previous ones are written or buffered, so many uploads
 * together need little memory.
 * @returns the number of bytes received, and the digests of a small file
 */
async function write(
  source: Readable,
  path: string,
  { keepBytes, onBytes }: { keepBytes: number; onBytes: (bytes: number) => void },
): Promise<{ bytes: number; digests?: Digests }> {
  let bytes = 0
  let digests: Digests | undefined
  let held: Buffer[] = []
  let ownBytes = 0
  const hold = (chunk: Buffer): void => {
    held.push(chunk)
    ownBytes += chunk.length
    heldBytes += chunk.length
  }
  const release = (): Buffer[] => {
    const chunks = held
    held = []
    heldBytes -= ownBytes
    ownBytes = 0
    return chunks
  }
  const take = async (chunk: Buffer): Promise<void> => {
    const room = Math.max(0, keepBytes - bytes)
    bytes += chunk.length
    onBytes(chunk.length)
    hold(chunk.subarray(0, room))
    if (ownBytes >= WRITE_BYTES || heldBytes > MOST_HELD_BYTES) await writeAll(file, release())
  }
  const file = await openNew(path).catch((error: unknown) => {
    source.resume() // otherwise the form would never end, and the client would get no response
    throw error
  })
  let fault: { error: unknown } | undefined
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      // After an error of ours the rest is still read, otherwise the form would count as malformed.
      if (!fault) await take(chunk).catch((error: unknown) => (fault = { error }))
    }
    if (!fault) {
      const last = release()
      if (isWhole(last, bytes)) digests = digestsOf(last)
      await writeAll(file, last)
    }
  } finally {
    release()
    await file.close()
  }
  if (fault) throw fault.error
  return { bytes, ...(digests && { digests }) }
}

/** Whether these are all the bytes of a small file. */
const isWhole = (chunks: readonly Buffer[], bytes: number): boolean =>
  bytes <= SMALL_BYTES && chunks.reduce((sum, { length }) => sum + length, 0) === bytes

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

/**
 * `{field}-{time}-{random}{extension}`. The client's extension is only kept if it is harmless, as a
 * hint for operators.
 */
function temporaryName(field: string, originalName: string): string {
  const [extension = ''] = /\.[a-z0-9]{1,5}$/i.exec(originalName) ?? []
  return `${field}-${Date.now()}-${randomInt(1e9)}${extension.toLowerCase()}`
}
