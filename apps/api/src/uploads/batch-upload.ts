import type { Request, RequestHandler } from 'express'
import { AppError } from '../app-error.ts'
import { byteSize } from '../http/byte-size.ts'
import { declaredBytes } from './form-faults.ts'
import { hashingDisk } from './hashing-disk.ts'
import { declaresTooMuch } from './image-upload.ts'
import { readForm, type UploadLimits } from './read-form.ts'
import type { UploadForm } from './upload-form.ts'
import type { Prepare } from './prepare-upload.ts'

export interface BatchLimits extends UploadLimits, Pick<UploadForm, 'batchFields'> {
  maxFiles: number
  /** Limit for all files together; at worst they are on the disk twice. */
  maxBatchBytes: number
}

/**
 * Receives many files of a multipart request into a folder. A file that is too large does not
 * affect the others: it is read to its end, and its `bytes` show the excess. Removes what it wrote
 * if the request as a whole fails or is aborted.
 */
export function receiveBatch(folder: string, limits: BatchLimits, prepare: Prepare): RequestHandler {
  const storage = hashingDisk(folder, {
    prepare,
    keepBytes: limits.maxFileBytes,
    onBytes: countBytes(limits.maxBatchBytes),
  })
  const read = readForm(storage, { ...limits, maxFileBytes: Infinity, fileFields: limits.batchFields })
  return (req, res, next) => {
    if (declaresTooMuch(req, limits.maxBatchBytes)) return next(batchTooLarge(limits.maxBatchBytes, declaredBytes(req)))
    read(req, res, next)
  }
}

/** A request need not declare its length, so the received bytes are counted. */
function countBytes(most: number): (req: Request, bytes: number) => void {
  const received = new WeakMap<Request, number>()
  return (req, bytes) => {
    const sum = (received.get(req) ?? 0) + bytes
    received.set(req, sum)
    if (sum > most) throw batchTooLarge(most, declaredBytes(req))
  }
}

function batchTooLarge(most: number, declared: number | undefined): AppError {
  const got = declared === undefined ? 'The files are too large in total' : `The request has ${byteSize(declared)}`
  return new AppError(
    'BATCH_TOO_LARGE',
    `${got}: a batch may have at most ${byteSize(most)}. Send the files in several batches.`,
  )
}
