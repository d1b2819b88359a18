import { PROBLEMS, type ProblemCode } from '@darkroom/contracts'
import { AppError, keyInUse, storeAway, taskNotFound, type FieldError } from '../../app-error.ts'
import { rejectedItems } from '../batch-examples.ts'
import { taskExamples } from '../task-examples.ts'
import { fileTooLarge } from '../../uploads/form-faults.ts'
import { toProblem } from '../../http/problem.ts'
import { BATCH_ID } from '../../http/openapi/example-ids.ts'

/** An example of each of these codes, with a typical path. */
export const problemExamples = (codes: readonly ProblemCode[]) =>
  Object.fromEntries(
    codes.map((code) => [
      code,
      { summary: PROBLEMS[code].means, value: toProblem(ERRORS[code] ?? failing(code), PATHS[code] ?? UPLOAD) },
    ]),
  )

const UPLOAD = '/api/v1/tasks'
const { self, download } = taskExamples.completed.links

const failing = (code: ProblemCode, detail: string = PROBLEMS[code].means, errors: FieldError[] = []): AppError =>
  new AppError(code, detail, { errors })

const pointing = (code: ProblemCode, pointer: string, detail: string): AppError =>
  failing(code, `${pointer} ${detail}`, [{ pointer, detail }])

/** Examples with a more specific detail than the meaning of the code. */
const ERRORS: Partial<Record<ProblemCode, AppError>> = {
  INVALID_QUERY: pointing('INVALID_QUERY', '/limit', 'must be at most 100'),
  INVALID_FIELD: pointing(
    'INVALID_FIELD',
    '/priority',
    'must be one of premium, interactive, normal, batch, not "urgent"',
  ),
  NO_FILE: failing(
    'NO_FILE',
    'There is no file in the form. Send the photo itself in the field `file`: curl -F file=@photo.jpg',
  ),
  NOT_MULTIPART: failing(
    'NOT_MULTIPART',
    'The request is "application/json". Send multipart/form-data with the photo in the field `file`: curl -F file=@photo.jpg',
  ),
  UNEXPECTED_FILE_FIELD: failing(
    'UNEXPECTED_FILE_FIELD',
    'There is a file in the field "photo"; files are accepted in the field `file` (or `image`).',
  ),
  TASK_NOT_FOUND: taskNotFound(),
  QUEUE_NOT_FOUND: failing('QUEUE_NOT_FOUND', 'There is no queue with this name; the queues are: image-processing.'),
  VARIANT_NOT_FOUND: failing('VARIANT_NOT_FOUND', 'This task has no file 800; it has 1024.'),
  ASSET_NOT_FOUND: failing('ASSET_NOT_FOUND', 'There is no asset harbor.jpg; there are: harbour.jpg.'),
  IDEMPOTENCY_IN_FLIGHT: keyInUse(),
  IDEMPOTENCY_KEY_REUSED: failing(
    'IDEMPOTENCY_KEY_REUSED',
    'This Idempotency-Key was used for another request: choose a new one.',
  ),
  TASK_NOT_READY: failing('TASK_NOT_READY', 'The task is processing; try again in a moment.'),
  TASK_FAILED: failing(
    'TASK_FAILED',
    'The task has failed (IMAGE_CORRUPT) and has no files; see its `error` for the reason.',
  ),
  TASK_FINAL: failing('TASK_FINAL', 'The task is already completed: there is nothing to cancel.'),
  TASK_EXPIRED: failing(
    'TASK_EXPIRED',
    'The files of this task have expired and have been removed. Upload the photo again.',
  ),
  PRECONDITION_FAILED: failing(
    'PRECONDITION_FAILED',
    'The task has changed since you read it: get it again before you update it.',
  ),
  FILE_TOO_LARGE: fileTooLarge(52_428_800, { request: 73_400_320 }),
  IMAGE_UNSUPPORTED: failing(
    'IMAGE_UNSUPPORTED',
    'The file is a HEIC photo, the default of iPhones. JPEG, PNG, WebP and GIF images are accepted. Export it as JPEG, or switch the iPhone to JPEG: Settings, Camera, Formats, Most Compatible.',
  ),
  IMAGE_CORRUPT: failing('IMAGE_CORRUPT', taskExamples.failed.error?.message),
  BATCH_REJECTED: new AppError('BATCH_REJECTED', PROBLEMS.BATCH_REJECTED.means, {
    extra: { items: rejectedItems },
  }),
  STORE_UNAVAILABLE: storeAway(),
  OVERLOADED: failing(
    'OVERLOADED',
    'The service is overloaded: 20000 tasks are already waiting. Nothing was stored; try again later.',
  ),
  INTERNAL: failing('INTERNAL', 'Something went wrong on our side. See the server log for details.'),
}

const PATHS: Partial<Record<ProblemCode, string>> = {
  TASK_NOT_FOUND: self,
  TASK_CHANGED: self,
  TASK_PROCESSING: self,
  PRECONDITION_FAILED: self,
  TASK_FINAL: `${self}/cancel`,
  TASK_NOT_FINAL: `${self}/retry`,
  SIGNING_DISABLED: `${self}/download-url`,
  TOO_MANY_WAITING: `${self}/events`,
  INVALID_SIGNATURE: '/d/...',
  URL_EXPIRED: '/d/...',
  VARIANT_NOT_FOUND: download,
  FILE_MISSING: download,
  ASSET_NOT_FOUND: '/api/v1/assets/harbor.jpg',
  TASK_NOT_READY: download,
  TASK_FAILED: download,
  TASK_CANCELLED: download,
  TASK_EXPIRED: download,
  RANGE_NOT_SATISFIABLE: download,
  BATCH_NOT_FOUND: `/api/v1/batches/${BATCH_ID}`,
  BATCH_TOO_LARGE: '/api/v1/batches',
  BATCH_REJECTED: '/api/v1/batches',
  QUEUE_NOT_FOUND: '/api/v1/queues/images/stats',
  QUEUE_UNAVAILABLE: '/api/v1/queues',
  SCOPE_MISSING: '/api/v1/dead-letters/replay',
  KEY_NOT_FOUND: '/api/v1/keys/5f2b90c1d4e7a836',
  KEY_ENDED: '/api/v1/keys/5f2b90c1d4e7a836/rotate',
}
