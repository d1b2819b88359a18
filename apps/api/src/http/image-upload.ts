import { createHash, randomInt } from 'node:crypto'
import { mkdir, open, unlink, type FileHandle } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import type { Request, RequestHandler, Response } from 'express'
import multer, { type StorageEngine } from 'multer'
import { AppError } from '../app-error.ts'

/** A file as it was received: its bytes lie in `path`, which belongs to whoever handles the request. */
export interface ReceivedFile {
  path: string
  bytes: number
  sha256: string
  md5: string
  /** What the client called it: not to be trusted. */
  originalName: string
}

export interface UploadLimits {
  maxFileBytes: number
  maxFieldBytes: number
}

const FILE_FIELDS = ['file', 'image'] as const
/** Boundaries, part headers and text fields around the file. */
const MULTIPART_ROOM_BYTES = 1024 * 1024
const MAX_FIELDS = 20
/** Time for a client to read why it was refused, while it may still be sending. */
export const LINGER_MS = 2000

/**
 * Receives one image of a multipart request into `folder`, hashing it on its way to the disk: it is never held in
 * memory. Removes what it wrote when the request fails or is broken off.
 */
export function receiveImage(folder: string, limits: UploadLimits): RequestHandler {
  const upload = multer({
    storage: hashingDisk(folder),
    defParamCharset: 'utf8',
    preservePath: true, // names are cleaned by us; multer would drop a file whose name is nothing but folders
    limits: {
      fileSize: limits.maxFileBytes,
      files: 1,
      fields: MAX_FIELDS,
      parts: MAX_FIELDS + 1,
      fieldSize: limits.maxFieldBytes,
      fieldNameSize: 100,
      fieldNestingDepth: 1,
      fieldArrayIndexLimit: 20,
    },
  }).fields(FILE_FIELDS.map((name) => ({ name, maxCount: 1 })))

  return (req, res, next) => {
    if (!req.is('multipart/form-data')) {
      return next(new AppError(400, 'NOT_MULTIPART', 'Send the photo as multipart/form-data, in the field `file`.'))
    }
    if (declaresTooMuch(req, limits.maxFileBytes)) return refuseUnread(req, res, next)
    upload(req, res, (error: unknown) => next(error ? asRequestFault(error) : undefined))
  }
}

/** The one file of a request that passed `receiveImage`. Throws NO_FILE. */
export function receivedFile(req: Request): ReceivedFile {
  const files = Object.values((req.files ?? {}) as Record<string, Express.Multer.File[]>).flat()
  const [file] = files as unknown as (ReceivedFile & { originalname: string })[]
  if (!file) throw new AppError(400, 'NO_FILE', 'There is no file in the request: send the photo in the field `file`.')
  return { path: file.path, bytes: file.bytes, sha256: file.sha256, md5: file.md5, originalName: file.originalname }
}

/** Whether a request says of itself, before its body is read, that no file in it can be small enough. */
export const declaresTooMuch = (req: IncomingMessage, maxFileBytes: number): boolean =>
  Number(req.headers['content-length'] ?? 0) > maxFileBytes + MULTIPART_ROOM_BYTES

const fileTooLarge = (): AppError => new AppError(413, 'FILE_TOO_LARGE', 'The file is larger than this service accepts.')

/** Answers before the body is read, then gives the client a moment to see it: closing at once would reset the connection. */
function refuseUnread(req: Request, res: Response, next: (error: unknown) => void): void {
  res.once('finish', () => {
    const timer = setTimeout(() => req.socket.destroy(), LINGER_MS)
    req.once('close', () => clearTimeout(timer))
    req.resume()
  })
  next(fileTooLarge())
}

/** What is not a fault of our disk is one of the request's form. */
function asRequestFault(error: unknown): unknown {
  if (error instanceof multer.MulterError || isSystemError(error)) return error
  return new AppError(400, 'INVALID_MULTIPART', 'The form is broken or was cut off; send it again.', { cause: error })
}

const isSystemError = (error: unknown): boolean => error instanceof Error && 'syscall' in error

function hashingDisk(folder: string): StorageEngine {
  return {
    _handleFile(_req, file, callback) {
      const path = join(folder, temporaryName(file.fieldname, file.originalname))
      write(file.stream, path).then(
        (written) => callback(null, { path, ...written } as never),
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

/** Chunk by chunk, the next one read only when the last is written: what many uploads hold in memory stays small. */
async function write(source: Readable, path: string): Promise<Omit<ReceivedFile, 'path' | 'originalName'> & { size: number }> {
  const sha256 = createHash('sha256')
  const md5 = createHash('md5')
  let bytes = 0
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const file = await open(path, 'wx', 0o600)
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      bytes += chunk.length
      sha256.update(chunk)
      md5.update(chunk)
      await writeAll(file, chunk)
    }
  } finally {
    await file.close()
  }
  return { bytes, size: bytes, sha256: sha256.digest('hex'), md5: md5.digest('hex') }
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
