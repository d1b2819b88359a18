import { unlink } from 'node:fs/promises'
import type { AcceptedTask } from '@darkroom/contracts'
import type { Request } from 'express'
import { acceptFile } from './accept-file.ts'
import { idempotencyKey } from './idempotency.ts'
import { receivedFile } from './image-upload.ts'
import { noteUpload } from './note-upload.ts'
import type { Send } from '../send.ts'
import type { CheckReports } from '../tasks/report-fields.ts'
import type { Kinds } from '../tasks/kind.ts'
import { CreateTask } from '../tasks/commands/create-task.ts'
import { parseInput } from '../http/input.ts'
import { scopeMissing } from '../http/authorize.ts'
import { callerOf, tenantOf, type Caller } from '../http/tenant-of.ts'
import { givenFields, uploadFields, type UploadFields } from './upload-fields.ts'
import type { UploadForm } from './upload-form.ts'

export type AcceptUpload = (req: Request) => Promise<AcceptedTask>

/**
 * Creates a task from a received upload, or refuses it. In both cases the temporary file is gone
 * afterwards.
 */
export function createAcceptUpload(options: {
  send: Send
  kinds: Kinds
  form: UploadForm
  defaultTtlSeconds: number
  checkReports: CheckReports
}): AcceptUpload {
  const { form, defaultTtlSeconds: ttlSeconds } = options
  const fieldsSchema = uploadFields({ kinds: form.kinds, ttlSeconds, priority: 'interactive' })
  return async (req) => {
    const file = receivedFile(req, form)
    let isStored = false
    noteUpload(req, { file: file.originalName, bytes: file.bytes })
    try {
      const fields = parseInput(fieldsSchema, givenFields(req.body), 'INVALID_FIELD')
      assertGranted(callerOf(req), fields)
      options.checkReports(fields)
      const { task, fingerprint } = acceptFile(file, fields, options.kinds)
      const key = idempotencyKey(req)
      const accepted = await options.send(
        new CreateTask({
          ...task,
          tenant: tenantOf(req),
          idempotency: key === undefined ? undefined : { key, fingerprint },
        }),
      )
      noteUpload(req, { taskId: accepted.id })
      // With a key, it may be the task of an earlier request.
      isStored = key === undefined
      return accepted
    } finally {
      if (!isStored) await unlink(file.path).catch(() => {})
    }
  }
}

function assertGranted({ upload }: Caller, { kind, callbackUrl, notify }: UploadFields): void {
  if (!upload) return
  const granted = upload.kind ?? kind
  if (granted !== kind) throw scopeMissing(`This upload token only permits tasks of the kind ${granted}.`)
  // A visitor of a web page must not choose who gets messages.
  if (callbackUrl !== undefined || notify) throw scopeMissing('An upload token permits neither callbackUrl nor notify.')
}
