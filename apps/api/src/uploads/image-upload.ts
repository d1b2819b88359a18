import type { IncomingMessage } from 'node:http'
import type { Request, RequestHandler } from 'express'
import { callerOf } from '../http/tenant-of.ts'
import type { ReceivedFile } from '../tasks/kind.ts'
import { declaredBytes, fileTooLarge, noFile } from './form-faults.ts'
import { hashingDisk, receivedFiles } from './hashing-disk.ts'
import { readForm, type UploadLimits } from './read-form.ts'
import { createReceiveBody } from './receive-bytes.ts'
import type { UploadForm } from './upload-form.ts'
import type { Prepare } from './prepare-upload.ts'

/** For boundaries, part headers and text fields in addition to the file. */
const MULTIPART_ROOM_BYTES = 1024 * 1024
/** The types of a body that is the photo itself. What it really is, its bytes tell. */
export const RAW_TYPES = ['image/*', 'application/octet-stream']

/**
 * Receives one image into a folder, and hashes it on the way: it is never held in memory. It is a
 * file of a multipart form, or the body itself: then the query takes the place of the form's
 * fields. Removes what it wrote if the request fails or is aborted.
 */
export function receiveImage(
  folder: string,
  limits: UploadLimits & Pick<UploadForm, 'fileFields'>,
  prepare: Prepare,
): RequestHandler {
  const reading = (maxFileBytes: number): RequestHandler =>
    readForm(hashingDisk(folder, { prepare }), { ...limits, maxFileBytes, maxFiles: 1 })
  const readFields = reading(limits.maxFileBytes)
  const receiveBody = createReceiveBody(folder, { maxBytes: limits.maxFileBytes, prepare })
  return async (req, res, next) => {
    if (!req.is('multipart/form-data') && req.is(RAW_TYPES)) {
      const file = { ...(await receiveBody(req, res)), originalname: '', place: 0 }
      req.files = { file: [file as never] }
      req.body = req.query
      return next()
    }
    const most = Math.min(limits.maxFileBytes, callerOf(req).upload?.maxBytes ?? Infinity)
    if (declaresTooMuch(req, most)) throw fileTooLarge(most, { request: declaredBytes(req) })
    const read = most === limits.maxFileBytes ? readFields : reading(most)
    await read(req, res, next)
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
