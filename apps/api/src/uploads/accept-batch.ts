import { unlink } from 'node:fs/promises'
import type { AcceptedBatch, BatchItem } from '@darkroom/contracts'
import type { Request } from 'express'
import { AppError } from '../app-error.ts'
import { CreateBatch, type BatchCandidate, type BatchOutcome } from '../batches/create-batch.ts'
import type { Send } from '../send.ts'
import type { CheckReports } from '../tasks/report-fields.ts'
import type { Kinds, ReceivedFile } from '../tasks/kind.ts'
import { parseInput } from '../http/input.ts'
import { tenantOf } from '../http/tenant-of.ts'
import { givenFields, uploadFields, type UploadFields } from './upload-fields.ts'
import { fileTooLarge, noFile } from './form-faults.ts'
import { acceptFile, fingerprintOf, nameOf } from './accept-file.ts'
import { receivedFiles } from './hashing-disk.ts'
import { idempotencyKey } from './idempotency.ts'
import { noteUpload } from './note-upload.ts'
import type { UploadForm } from './upload-form.ts'
import { toProblem } from '../http/problem.ts'
import { toAppError } from '../to-app-error.ts'

export type AcceptBatch = (req: Request) => Promise<AcceptedBatch>

/**
 * Creates a task for each file of a request, independently of the others. The temporary files are
 * gone afterwards.
 */
export function createAcceptBatch(options: {
  send: Send
  kinds: Kinds
  form: UploadForm
  maxFileBytes: number
  defaultTtlSeconds: number
  checkReports: CheckReports
}): AcceptBatch {
  const { form, defaultTtlSeconds: ttlSeconds } = options
  const fieldsSchema = uploadFields({ kinds: form.kinds, ttlSeconds, priority: 'batch' })

  const toCandidate = (file: ReceivedFile, fields: UploadFields): BatchCandidate => {
    const name = nameOf(file, fields.name)
    if (file.bytes > options.maxFileBytes)
      return { name, fault: fileTooLarge(options.maxFileBytes, { file: file.bytes }) }
    try {
      return { name, ...acceptFile(file, fields, options.kinds) }
    } catch (fault) {
      return { name, fault }
    }
  }

  return async (req) => {
    const files = receivedFiles(req)
    try {
      if (files.length === 0) throw noFile(req, form.batchFields)
      const fields = parseInput(fieldsSchema, givenFields(req.body), 'INVALID_FIELD')
      options.checkReports(fields)
      const { callbackUrl, notify, ...ofTasks } = fields
      const key = idempotencyKey(req)
      const hashes = files.map(({ sha256 }) => sha256)
      const candidates = files.map((file) => toCandidate(file, { ...ofTasks, callbackUrl }))
      const idempotency = key === undefined ? undefined : { key, fingerprint: fingerprintOf(hashes, fields) }
      // People get one message, about the batch.
      const wishes = { idempotency, callbackUrl, notify }
      const { batchId, items } = await options.send(new CreateBatch(tenantOf(req), candidates, wishes))
      const answer = toBatchAnswer(batchId, items)
      noteUpload(req, { batchId, accepted: answer.accepted, rejected: answer.rejected })
      return answer
    } finally {
      await Promise.all(files.map(({ path }) => unlink(path).catch(() => {})))
    }
  }
}

/** The answer to a batch. Throws BATCH_REJECTED if no task was created. */
export function toBatchAnswer(batchId: string, outcomes: readonly BatchOutcome[]): AcceptedBatch {
  const items = outcomes.map(toItem)
  const accepted = items.filter(({ status }) => status === 'accepted').length
  if (accepted === 0) throw refusalOf(items)
  return { batchId, accepted, rejected: items.length - accepted, items }
}

function toItem(outcome: BatchOutcome): BatchItem {
  const { name } = outcome
  if ('task' in outcome) return { name, status: 'accepted', task: outcome.task }
  return { name, status: 'rejected', problem: toProblem(toAppError(outcome.fault)) }
}

/**
 * No task was created. If a server error was the reason for any file, the whole batch can be sent
 * again.
 */
function refusalOf(items: readonly BatchItem[]): AppError {
  const problems = items.flatMap((item) => (item.status === 'rejected' ? [item.problem] : []))
  const ours = problems.find(({ status }) => status >= 500)
  if (ours) return new AppError(ours.code, ours.detail, { headers: { 'Retry-After': '5' }, extra: { items } })
  return new AppError('BATCH_REJECTED', 'None of the files can be accepted; `items` gives the reason for each.', {
    extra: { items },
  })
}
