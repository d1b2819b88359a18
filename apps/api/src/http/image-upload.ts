import type { IncomingMessage } from 'node:http'
import type { Request, RequestHandler } from 'express'
import multer, { type StorageEngine } from 'multer'
import { AppError } from '../app-error.ts'
import { askForBody } from './ask-for-body.ts'
import type { FileHasher } from './file-hasher.ts'
import { hashingDisk, receivedFiles, type ReceivedFile } from './hashing-disk.ts'

export interface UploadLimits {
  maxFileBytes: number
  maxFieldBytes: number
}

/** Where files go, and who hashes them. */
export interface UploadPlace {
  folder: string
  hash: FileHasher['hash']
}

const FILE_FIELDS = ['file', 'image'] as const
/** Boundaries, part headers and text fields around the file. */
const MULTIPART_ROOM_BYTES = 1024 * 1024
const MAX_FIELDS = 20

/**
 * Receives one image of a multipart request into a folder, and hashes it there: it is never held in memory. Removes
 * what it wrote when the request fails or is broken off.
 */
export function receiveImage({ folder, hash }: UploadPlace, limits: UploadLimits): RequestHandler {
  const read = readForm(hashingDisk(folder, { hash }), { ...limits, fileFields: FILE_FIELDS, maxFiles: 1 })
  return (req, res, next) => {
    if (declaresTooMuch(req, limits.maxFileBytes)) return next(fileTooLarge())
    read(req, res, next)
  }
}

/** Reads a form with files in some of its fields. */
export function readForm(storage: StorageEngine, form: UploadLimits & { fileFields: readonly string[]; maxFiles: number }): RequestHandler {
  const upload = multer({
    storage,
    defParamCharset: 'utf8',
    preservePath: true, // names are cleaned by us; multer would drop a file whose name is nothing but folders
    limits: {
      fileSize: form.maxFileBytes,
      files: form.maxFiles,
      fields: MAX_FIELDS,
      parts: MAX_FIELDS + form.maxFiles,
      fieldSize: form.maxFieldBytes,
      fieldNameSize: 100,
      fieldNestingDepth: 1,
      fieldArrayIndexLimit: 20,
    },
  }).fields(form.fileFields.map((name) => ({ name, maxCount: form.maxFiles })))

  return (req, res, next) => {
    if (!req.is('multipart/form-data')) {
      return next(
        new AppError(400, 'NOT_MULTIPART', `Send multipart/form-data, with what to work on in the field \`${form.fileFields[0]}\`.`),
      )
    }
    askForBody(req, res)
    upload(req, res, (error: unknown) => next(error ? asRequestFault(error) : undefined))
  }
}

/** The one file of a request that passed `receiveImage`. Throws NO_FILE. */
export function receivedFile(req: Request): ReceivedFile {
  const [file] = receivedFiles(req)
  if (!file) throw new AppError(400, 'NO_FILE', 'There is no file in the request: send the photo in the field `file`.')
  return file
}

/** Whether a request says of itself, before its body is read, that no file in it can be small enough. */
export const declaresTooMuch = (req: IncomingMessage, maxFileBytes: number): boolean =>
  Number(req.headers['content-length'] ?? 0) > maxFileBytes + MULTIPART_ROOM_BYTES

export const fileTooLarge = (): AppError => new AppError(413, 'FILE_TOO_LARGE', 'The file is larger than this service accepts.')

/** What is not a fault of our disk is one of the request's form. */
function asRequestFault(error: unknown): unknown {
  if (error instanceof AppError || error instanceof multer.MulterError || isSystemError(error)) return error
  return new AppError(400, 'INVALID_MULTIPART', 'The form is broken or was cut off; send it again.', { cause: error })
}

const isSystemError = (error: unknown): boolean => error instanceof Error && 'syscall' in error
