import { randomInt } from 'node:crypto'
import { unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { Request } from 'express'
import type { StorageEngine } from 'multer'
import type { ReceivedFile } from '../tasks/kind.ts'
import { writeUpload, type WriteOptions } from './write-upload.ts'

export interface HashingDiskOptions extends Pick<WriteOptions, 'prepare' | 'keepBytes'> {
  /** Called for every chunk of a request. If it throws, the request fails. */
  onBytes?: (req: Request, bytes: number) => void
}

/** Writes the files of forms into a folder, and hashes and inspects them. */
export function hashingDisk(
  folder: string,
  { prepare, keepBytes = Infinity, onBytes }: HashingDiskOptions,
): StorageEngine {
  let begun = 0
  return {
    _handleFile(req, file, callback) {
      const place = begun++
      const path = join(folder, temporaryName(file.fieldname, file.originalname))
      const options = { prepare, keepBytes, onBytes: (count: number) => onBytes?.(req, count) }
      writePart(file.stream, path, options).then(
        (written) => callback(null, { path, size: written.bytes, place, ...written } as never),
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
 * After an error of ours the rest of a part is still read: otherwise the form would never end, and
 * the client would get no response.
 */
async function writePart(part: Readable, path: string, options: WriteOptions): ReturnType<typeof writeUpload> {
  try {
    return await writeUpload(part.iterator({ destroyOnReturn: false }), path, options)
  } catch (error) {
    part.resume()
    await finished(part).catch(() => {})
    throw error
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
    .map(({ path, originalname, bytes, sha256, inspected }) => ({
      path,
      originalName: originalname,
      bytes,
      sha256,
      inspected,
    }))
}

/**
 * `{field}-{time}-{random}{extension}`. The client's extension is only kept if it is harmless, as a
 * hint for operators.
 */
function temporaryName(field: string, originalName: string): string {
  const [extension = ''] = /\.[a-z0-9]{1,5}$/i.exec(originalName) ?? []
  return `${field}-${Date.now()}-${randomInt(1e9)}${extension.toLowerCase()}`
}
