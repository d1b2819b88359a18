import { acceptedBatch, acceptedTask, batchProblem, photoStatus } from '@darkroom/contracts'
import type { Request } from 'express'
import { z } from 'zod'
import { taskNotFound } from '../app-error.ts'
import { parseInput } from '../http/input.ts'
import { json, JSON_PROBLEMS, jsonRequest, type Operation } from '../http/openapi/operation.ts'
import { routesOf } from '../http/routes.ts'
import { tenantOf } from '../http/tenant-of.ts'
import type { Send } from '../send.ts'
import { GetTask } from '../tasks/queries/get-task.ts'
import { sourceFields } from '../uploads/accept-source.ts'
import type { InputSteps, UploadSteps } from '../uploads/create-uploads.ts'
import { PHOTO_FORM } from '../uploads/upload-form.ts'
import type { ApiLimits } from './api-limits.ts'
import { formOrUrls } from './batch-body.ts'
import { eitherOr, isJson } from './either-or.ts'
import { photoExamples } from './photo-examples.ts'
import { toPhotoStatus } from './photo-view.ts'
import { retryAfter } from './retry-after.ts'
import { idOf, taskPath } from './task-path.ts'
import { BATCH_PROBLEMS, UPLOAD_PROBLEMS, uploadBody } from './upload.ts'

export interface PhotoRouteDeps extends InputSteps {
  send: Send
  photos: UploadSteps
}

const POLL_AFTER_SECONDS = '1'

const photoByUrl = sourceFields.omit({ kind: true, source: true }).extend({ url: sourceFields.shape.source.shape.url })

const photoKind = z.looseObject({ kind: z.enum(PHOTO_FORM.kinds).default('photo.bibs') })

/**
 * `/photos`: an older form of tasks of the kind `photo.bibs`, with the same commands and queries.
 */
export const photoRoutes = routesOf<PhotoRouteDeps, ApiLimits>('Photos', {
  'POST /photos': {
    scope: 'tasks:write',
    doc: (limits) => ({
      operationId: 'createPhoto',
      summary: 'Upload a photo of a race',
      description: 'Creates a task of the kind `photo.bibs`, which reads the bib numbers in the photo.',
      ...formOrUrl(limits),
      answers: {
        202: json(
          'The task, and when it should be finished',
          { schema: acceptedTask, examples: { Accepted: photoExamples.accepted } },
          'Location',
          'RetryAfter',
        ),
      },
      problems: [...UPLOAD_PROBLEMS, ...JSON_PROBLEMS.filter((code) => code !== 'INVALID_FIELD')],
    }),
    handle: ({ photos, receiveInput, acceptSource }) => [
      ...eitherOr(receiveInput, photos.receive),
      async (req, res) => {
        const accepted = await (isJson(req) ? acceptSource(req, asSource(req)) : photos.acceptUpload(req))
        res.status(202).location(accepted.links.self).set('Retry-After', retryAfter(accepted.estimate)).json(accepted)
      },
    ],
  },

  'POST /photos/batch': {
    scope: 'tasks:write',
    doc: (limits) => ({
      operationId: 'createPhotoBatch',
      summary: 'Upload many photos of a race',
      description: 'Creates a task of the kind `photo.bibs` for each file or URL, like `POST /api/v1/batches`.',
      ...formOrUrls(limits, PHOTO_FORM),
      answers: {
        202: json(
          'The result for each file',
          { schema: acceptedBatch, examples: { 'One of two files accepted': photoExamples.batch } },
          'Location',
          'RetryAfter',
        ),
      },
      problems: BATCH_PROBLEMS,
      problemSchema: batchProblem,
    }),
    handle: ({ photos, receiveBatchInput, acceptSourceBatch }) => [
      ...eitherOr(receiveBatchInput, photos.receiveBatch),
      async (req, res) => {
        const batch = await (isJson(req) ? acceptSourceBatch(req, ofPhotos(req)) : photos.acceptBatch(req))
        res.status(202).location(`/api/v1/batches/${batch.batchId}`).set('Retry-After', POLL_AFTER_SECONDS).json(batch)
      },
    ],
  },

  'GET /photos/:id/status': {
    scope: 'tasks:read',
    doc: {
      operationId: 'getPhotoStatus',
      summary: 'Get the status of a photo',
      requestParams: taskPath,
      answers: {
        200: json(
          'Its status',
          {
            schema: photoStatus,
            examples: { Completed: photoExamples.completed, Failed: photoExamples.failed },
          },
          'ETag',
        ),
      },
      problems: ['TASK_NOT_FOUND', 'STORE_UNAVAILABLE'],
    },
    handle:
      ({ send }) =>
      async (req, res) => {
        const task = await send(new GetTask(tenantOf(req), idOf(req)))
        if (task.kind !== 'photo.bibs') throw taskNotFound()
        res.set('Cache-Control', 'no-cache').json(toPhotoStatus(task))
      },
  },
})

function formOrUrl(limits: ApiLimits): Pick<Operation, 'requestParams' | 'body'> {
  const { requestParams, body } = uploadBody(limits, PHOTO_FORM)
  const byUrl = jsonRequest({
    schema: photoByUrl,
    examples: { 'By its URL': { url: 'https://photos.example/IMG_0587.jpg' } },
  })
  return { ...(requestParams && { requestParams }), body: { ...body, content: { ...body.content, ...byUrl.content } } }
}

/** The same request in the form of `POST /api/v1/tasks`. */
function asSource(req: Request) {
  const { url, ...others } = parseInput(photoByUrl, req.body, 'INVALID_FIELD')
  return { body: { ...others, kind: 'photo.bibs', source: { url } }, pointer: '/url' }
}

/** The kind may be left out here. */
const ofPhotos = (req: Request): object => parseInput(photoKind, req.body, 'INVALID_FIELD')
