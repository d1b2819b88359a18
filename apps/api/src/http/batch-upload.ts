import type { Request, RequestHandler } from 'express'
import multer from 'multer'
import { AppError } from '../app-error.ts'
import { hashingDisk } from './hashing-disk.ts'
import { declaresTooMuch, readForm, type UploadLimits, type UploadPlace } from './image-upload.ts'

export interface BatchLimits extends UploadLimits {
  maxFiles: number
  /** Of all files together: they lie on the disk twice over at the worst. */
  maxBatchBytes: number
}

const FILE_FIELDS = ['files', 'file', 'image']

/**
 * Receives many files of a multipart request into a folder. One that is too large spoils nothing: it is read to its end
 * and its `bytes` tell. Removes what it wrote when the request as a whole fails or is broken off.
 */
export function receiveBatch({ folder, hash }: UploadPlace, limits: BatchLimits): RequestHandler {
  const storage = hashingDisk(folder, { hash, keepBytes: limits.maxFileBytes, onBytes: countBytes(limits.maxBatchBytes) })
  const read = readForm(storage, { ...limits, maxFileBytes: Infinity, fileFields: FILE_FIELDS })
  return (req, res, next) => {
    if (declaresTooMuch(req, limits.maxBatchBytes)) return next(batchTooLarge())
    read(req, res, (error: unknown) => next(error ? asBatchFault(error, limits) : undefined))
  }
}

/** A request need not say how long it is: what came of it is counted. */
function countBytes(most: number): (req: Request, bytes: number) => void {
  const received = new WeakMap<Request, number>()
  return (req, bytes) => {
    const sum = (received.get(req) ?? 0) + bytes
    received.set(req, sum)
    if (sum > most) throw batchTooLarge()
  }
}

function asBatchFault(error: unknown, { maxFiles }: BatchLimits): unknown {
  if (!(error instanceof multer.MulterError)) return error
  if (error.code === 'LIMIT_FILE_COUNT')
    return new AppError(400, 'TOO_MANY_FILES', `A batch has at most ${maxFiles} files: send the rest as another one.`)
  if (error.code === 'LIMIT_UNEXPECTED_FILE') return new AppError(400, 'UNEXPECTED_FILE_FIELD', 'Send all files in the field `files`.')
  return error
}

const batchTooLarge = (): AppError =>
  new AppError(413, 'BATCH_TOO_LARGE', 'The files together are more than this service accepts at once: send them as several batches.')
