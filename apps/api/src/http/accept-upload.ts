import { createHash } from 'node:crypto'
import { unlink } from 'node:fs/promises'
import { DEFAULT_TENANT, type Task } from '@darkroom/contracts'
import { inspectImage } from '@darkroom/images'
import type { Request } from 'express'
import { idempotencyKey } from './idempotency.ts'
import { receivedFile } from './image-upload.ts'
import type { Send } from '../mediator.ts'
import { CreateTask } from '../tasks/create-task.ts'
import { cleanName, parseInput, uploadFields } from '../tasks/task-fields.ts'

export type AcceptUpload = (req: Request) => Promise<Task>

/** Makes a task of a received upload, or refuses it; either way nothing is left of the temporary file. */
export function createAcceptUpload(options: { send: Send; maxPixels: number; defaultTtlSeconds: number }): AcceptUpload {
  const fieldsSchema = uploadFields({ ttlSeconds: options.defaultTtlSeconds })
  return async (req) => {
    const file = receivedFile(req)
    try {
      const fields = parseInput(fieldsSchema, req.body, { status: 422, code: 'INVALID_FIELD' })
      // By its bytes: the name and the type that the client claims say nothing.
      const { format, width, height } = await inspectImage(file.path, { maxPixels: options.maxPixels })
      const { bytes, sha256, md5 } = file
      const key = idempotencyKey(req)
      return await options.send(
        new CreateTask({
          ...fields,
          tenant: DEFAULT_TENANT,
          // An empty text field of a web form is no name.
          name: cleanName(fields.name?.trim() || file.originalName),
          source: { bytes, format, width, height, sha256, md5 },
          tempPath: file.path,
          idempotency: key === undefined ? undefined : { key, fingerprint: fingerprintOf(sha256, fields) },
        }),
      )
    } finally {
      // Moved into the storage when the task was made; whatever is still here was refused.
      await unlink(file.path).catch(() => {})
    }
  }
}

/** The same file with the same fields, whatever their order, is the same request. */
const fingerprintOf = (fileSha256: string, fields: object): string =>
  createHash('sha256')
    .update(fileSha256)
    .update(JSON.stringify(Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1))))
    .digest('hex')
