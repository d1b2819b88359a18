import { randomUUID } from 'node:crypto'
import { open, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolders } from '@darkroom/storage'
import type { Request, Response } from 'express'
import { AppError } from '../app-error.ts'
import { askForBody } from '../http/ask-for-body.ts'
import { declaredBytes, fileTooLarge } from './form-faults.ts'

export type ReceiveBytes = ReturnType<typeof createReceiveBytes>

/**
 * Receives the body of a request as a file, and hands its path to `use`. What `use` leaves there is
 * removed. Throws FILE_TOO_LARGE.
 */
export const createReceiveBytes =
  (folder: string, maxBytes: number) =>
  async <Result>(req: Request, res: Response, use: (path: string) => Promise<Result>): Promise<Result> => {
    const declared = declaredBytes(req)
    if (declared !== undefined && declared > maxBytes) throw fileTooLarge(maxBytes, { file: declared })
    const path = join(folder, `body-${randomUUID()}`)
    await makeFolders(folder)
    askForBody(req, res)
    try {
      await write(req, path, maxBytes)
      return await use(path)
    } finally {
      await unlink(path).catch(() => {})
    }
  }

async function write(req: Request, path: string, maxBytes: number): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  let bytes = 0
  try {
    // A refused request stays open: its client must be able to read the answer.
    for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > maxBytes) throw fileTooLarge(maxBytes)
      await file.appendFile(chunk)
    }
  } catch (error) {
    throw req.destroyed && !req.complete ? new AppError('INVALID_REQUEST', 'The upload was aborted.') : error
  } finally {
    await file.close()
  }
}
