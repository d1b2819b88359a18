import type { IncomingMessage } from 'node:http'
import type { Request, RequestHandler } from 'express'
import type { FileHasher } from './file-hasher.ts'
import { declaredBytes, fileTooLarge, noFile } from './form-faults.ts'
import type { ReceivedFile } from '../tasks/kind.ts'
import { hashingDisk, receivedFiles } from './hashing-disk.ts'
import { readForm, type UploadLimits } from './read-form.ts'
import type { UploadForm } from './upload-form.ts'

/** Where files are written, and how they are hashed. */
export interface UploadPlace {
  folder: string
  hash: FileHasher['hash']
}

/** For boundaries, part headers and text fields in addition to the file. */
const MULTIPART_ROOM_BYTES = 1024 * 1024

/**
 * Receives one image of a multipart request into a folder, and hashes it on the way: it is never
 * held in memory. Removes what it wrote if the request fails or is aborted.
 */
export function receiveImage(
  { folder, hash }: UploadPlace,
  limits: UploadLimits & Pick<UploadForm, 'fileFields'>,
): RequestHandler {
  const read = readForm(hashingDisk(folder, { hash }), { ...limits, maxFiles: 1 })
  return (req, res, next) => {
    if (declaresTooMuch(req, limits.maxFileBytes))
      return next(fileTooLarge(limits.maxFileBytes, { request: declaredBytes(req) }))
    read(req, res, next)
  }
}

/** The file of a request that passed `receiveImage`. Throws NO_FILE. */
export function receivedFile(req: Request, { fileFields }: Pick<UploadForm, 'fileFields'>): ReceivedFile {
  const [file] = receivedFiles(req)
  if (!file) throw noFile(req, fileFields)
  return file
}

/**
 * Whether a request declares, before its body is read, that it is too long to contain only a
 * permitted file.
 */
export const declaresTooMuch = (req: IncomingMessage, maxFileBytes: number): boolean =>
  (declaredBytes(req) ?? 0) > maxFileBytes + MULTIPART_ROOM_BYTES
