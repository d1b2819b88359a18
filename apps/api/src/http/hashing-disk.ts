import { randomInt } from 'node:crypto'
import { mkdir, open, unlink, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import type { Request } from 'express'
import type { StorageEngine } from 'multer'
import type { FileHasher } from './file-hasher.ts'

/** A file as it was received: its bytes lie in `path`, which belongs to whoever handles the request. */
export interface ReceivedFile {
  path: string
  bytes: number
  sha256: string
  md5: string
  /** What the client called it: not to be trusted. */
  originalName: string
}

export interface HashingDiskOptions {
  hash: FileHasher['hash']
  /** Of a longer file the rest is read but neither kept nor hashed; its `bytes` tell. */
  keepBytes?: number
  /** Told of every piece of a request. What it throws fails the request. */
  onBytes?: (req: Request, bytes: number) => void
}

/** Writes files of forms into a folder, and hashes them there. */
export function hashingDisk(folder: string, { hash, keepBytes = Infinity, onBytes }: HashingDiskOptions): StorageEngine {
  return {
    _handleFile(req, file, callback) {
      const path = join(folder, temporaryName(file.fieldname, file.originalname))
      const receive = async (): Promise<object> => {
        const size = await write(file.stream, path, { keepBytes, onBytes: (bytes) => onBytes?.(req, bytes) })
        return { path, size, bytes: size, ...(await hash(path)) }
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

/** The files of a request that multer read into {@link hashingDisk}. */
export function receivedFiles(req: Request): ReceivedFile[] {
  const files = Object.values((req.files ?? {}) as Record<string, Express.Multer.File[]>).flat()
  return (files as unknown as (ReceivedFile & { originalname: string })[]).map(({ path, bytes, sha256, md5, originalname }) => ({
    path,
    bytes,
    sha256,
    md5,
    originalName: originalname,
  }))
}

/**
 * Chunk by chunk, the next one read only when the last is written: what many uploads hold in memory stays small.
 * @returns how many bytes came
 */
async function write(
  source: Readable,
  path: string,
  { keepBytes, onBytes }: { keepBytes: number; onBytes: (bytes: number) => void },
): Promise<number> {
  let bytes = 0
  const take = async (chunk: Buffer): Promise<void> => {
    const room = Math.max(0, keepBytes - bytes)
    bytes += chunk.length
    onBytes(chunk.length)
    await writeAll(file, chunk.subarray(0, room))
  }
  const file = await openNew(path)
  let fault: { error: unknown } | undefined
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      // A fault of ours ends the writing, not the reading: the form would be taken for a broken one.
      if (!fault) await take(chunk).catch((error: unknown) => (fault = { error }))
    }
  } finally {
    await file.close()
  }
  if (fault) throw fault.error
  return bytes
}

/** The folder is made when it is missed: mostly it is there. */
async function openNew(path: string): Promise<FileHandle> {
  const openIt = (): Promise<FileHandle> => open(path, 'wx', 0o600)
  return openIt().catch(async (error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    return openIt()
  })
}

/** One write may take less than it was given, above all on a disk that is filling up. */
async function writeAll(file: FileHandle, chunk: Buffer): Promise<void> {
  for (let offset = 0; offset < chunk.length;) offset += (await file.write(chunk, offset)).bytesWritten
}

/** `{field}-{time}-{random}{extension}`; only a harmless extension of the client's is kept, for the eye of an operator. */
function temporaryName(field: string, originalName: string): string {
  const [extension = ''] = /\.[a-z0-9]{1,5}$/i.exec(originalName) ?? []
  return `${field}-${Date.now()}-${randomInt(1e9)}${extension.toLowerCase()}`
}
