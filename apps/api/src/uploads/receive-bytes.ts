import { randomUUID } from 'node:crypto'
import { unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Request, Response } from 'express'
import { AppError } from '../app-error.ts'
import { askForBody } from '../http/ask-for-body.ts'
import type { ReceivedBytes } from '../tasks/kind.ts'
import { declaredBytes, fileTooLarge } from './form-faults.ts'
import type { Prepare } from './prepare-upload.ts'
import { writeUpload } from './write-upload.ts'

interface BodyLimits {
  maxBytes: number
  prepare: Prepare
}

export type ReceiveBytes = ReturnType<typeof createReceiveBytes>

/**
 * Receives the body of a request as a file, and hands it to `use`. What `use` leaves there is
 * removed. Throws FILE_TOO_LARGE.
 */
export function createReceiveBytes(folder: string, given: BodyLimits) {
  const receive = createReceiveBody(folder, given)
  return async <Result>(
    req: Request,
    res: Response,
    use: (file: ReceivedBytes) => Promise<Result>,
  ): Promise<Result> => {
    const file = await receive(req, res)
    try {
      return await use(file)
    } finally {
      await unlink(file.path).catch(() => {})
    }
  }
}

/**
 * Receives the body of a request as a file in a folder, for the caller to move or remove. What it
 * wrote is removed if the request is refused or aborted. Throws FILE_TOO_LARGE.
 */
export const createReceiveBody =
  (folder: string, { maxBytes, prepare }: BodyLimits) =>
  async (req: Request, res: Response): Promise<ReceivedBytes> => {
    const declared = declaredBytes(req)
    if (declared !== undefined && declared > maxBytes) throw fileTooLarge(maxBytes, { file: declared })
    const path = join(folder, `body-${randomUUID()}`)
    askForBody(req, res)
    try {
      // A refused request stays open: its client must be able to read the answer.
      const chunks = req.iterator({ destroyOnReturn: false })
      return { path, ...(await writeUpload(chunks, path, { prepare, onBytes: count(maxBytes) })) }
    } catch (error) {
      await unlink(path).catch(() => {})
      throw req.destroyed && !req.complete ? new AppError('INVALID_REQUEST', 'The upload was aborted.') : error
    }
  }

/** A request need not declare its length, so the received bytes are counted. */
function count(most: number): (bytes: number) => void {
  let received = 0
  return (bytes) => {
    received += bytes
    if (received > most) throw fileTooLarge(most)
  }
}
