import { directUpload, stagedUpload, task } from '@darkroom/contracts'
import type { Request, RequestHandler } from 'express'
import { z } from 'zod'
import { json, JSON_PROBLEMS, jsonRequest, noContent } from '../http/openapi/operation.ts'
import { routesOf } from '../http/routes.ts'
import { tenantOf } from '../http/tenant-of.ts'
import type { Send } from '../send.ts'
import { GetTask } from '../tasks/queries/get-task.ts'
import type { Staged } from '../uploads/staged/create-staged.ts'
import { directFields } from '../uploads/staged/direct-upload.ts'
import { TUS_VERSION } from '../uploads/staged/serve-tus.ts'
import { toStagedUpload } from '../uploads/staged/to-staged-upload.ts'
import { sendTask } from './send-task.ts'
import { stagedUploadExamples, UPLOAD_ID } from './staged-upload-examples.ts'
import { taskExamples } from './task-examples.ts'
import { requestParams } from './upload.ts'

export interface StagedUploadRouteDeps extends Staged {
  /** Middleware before bytes are received. */
  beforeBytes: RequestHandler[]
  readJson: RequestHandler[]
  send: Send
}

const uploadPath = {
  path: z.object({ id: z.string().meta({ description: 'The id of the upload', example: UPLOAD_ID }) }),
}
const tusVersion = z.literal(TUS_VERSION).meta({ description: 'The version of the tus protocol' })
const wholeNumber = z.string().regex(/^\d{1,15}$/)
const stream = {
  content: {
    'application/offset+octet-stream': {
      schema: z.string().meta({ description: 'The bytes', override: { format: 'binary' } }),
    },
  },
}

/** The refusals of any request that brings bytes. */
const RECEIVE_PROBLEMS = [
  'TOO_MANY_UPLOADS',
  'STORE_UNAVAILABLE',
  'STORAGE_UNAVAILABLE',
  'OVERLOADED',
  'STORAGE_FULL',
] as const
const TUS_PROBLEMS = ['INVALID_UPLOAD_HEADER', 'UNSUPPORTED_TUS_VERSION', 'FILE_TOO_LARGE', 'UPLOAD_LOCKED'] as const
/** The refusals of a complete file. */
const FILE_PROBLEMS = [
  'IMAGE_UNSUPPORTED',
  'IMAGE_TOO_LARGE',
  'IMAGE_CORRUPT',
  'CHECKSUM_MISMATCH',
  'INVALID_FIELD',
  'IDEMPOTENCY_KEY_REUSED',
  'IDEMPOTENCY_IN_FLIGHT',
] as const
const FIND_PROBLEMS = ['UPLOAD_NOT_FOUND', 'UPLOAD_EXPIRED'] as const

/** `/api/v1/uploads`: files that arrive in several requests, or in the bucket. */
export const stagedUploadRoutes = routesOf<StagedUploadRouteDeps>('Uploads', {
  'POST /uploads': {
    scope: 'tasks:write',
    doc: {
      operationId: 'createUpload',
      summary: 'Start a resumable upload',
      description:
        'The protocol is tus 1.0.0 (https://tus.io), with the extensions creation, creation-with-upload, expiration and termination: use one of its clients. When the last byte has arrived, the upload becomes a task.',
      requestParams: {
        header: requestParams.header.extend({
          'Tus-Resumable': tusVersion,
          'Upload-Length': wholeNumber.meta({ description: 'The size of the file in bytes' }),
          'Upload-Metadata': z.string().optional().meta({
            description:
              '`filename`, `sha256` (compared with the bytes that arrive), and the text fields of `POST /tasks`: keys, each with its value in Base64',
            example: 'filename YmVhY2guanBn,priority bm9ybWFs',
          }),
        }),
      },
      body: stream,
      answers: { 201: noContent('Send the bytes to the address in Location', 'Location') },
      problems: [...RECEIVE_PROBLEMS, ...TUS_PROBLEMS, ...FILE_PROBLEMS, 'QUOTA_EXCEEDED', 'INVALID_IDEMPOTENCY_KEY'],
    },
    handle: ({ beforeBytes, serveTus }) => [...beforeBytes, serveTus],
  },

  'POST /uploads/direct': {
    scope: 'tasks:write',
    doc: {
      operationId: 'createDirectUpload',
      summary: 'Start an upload to the bucket',
      description:
        'The response says how to send the bytes to the S3 server, which refuses any others. Then send `POST /uploads/{id}/complete`. Only with `STORAGE=s3`.',
      requestParams,
      body: jsonRequest({
        schema: directFields,
        examples: {
          'A photo': {
            name: 'beach.jpg',
            bytes: 3_412_345,
            sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
          },
        },
      }),
      answers: {
        201: json(
          'How to send the bytes',
          { schema: directUpload, examples: { Announced: stagedUploadExamples.direct } },
          'Location',
        ),
      },
      problems: [
        ...RECEIVE_PROBLEMS,
        ...JSON_PROBLEMS,
        'FILE_TOO_LARGE',
        'DIRECT_UPLOADS_DISABLED',
        'QUOTA_EXCEEDED',
        'INVALID_IDEMPOTENCY_KEY',
      ],
    },
    handle: ({ beforeBytes, readJson, openDirectUpload }) => [
      ...beforeBytes,
      ...readJson,
      async (req, res) => {
        const opened = await openDirectUpload(req)
        res.status(201).location(opened.links.self).json(opened)
      },
    ],
  },

  'GET /uploads/:id': {
    // Who asks where to continue is who sends the bytes; and the last answer may make the task.
    scope: 'tasks:write',
    doc: {
      operationId: 'getUpload',
      summary: 'Get the state of an upload',
      description: 'With `Tus-Resumable`, HEAD returns the Upload-Offset at which to continue.',
      requestParams: uploadPath,
      answers: {
        200: json('The upload', {
          schema: stagedUpload,
          examples: { Incomplete: stagedUploadExamples.half, Complete: stagedUploadExamples.complete },
        }),
      },
      problems: [...FIND_PROBLEMS, ...RECEIVE_PROBLEMS, ...TUS_PROBLEMS, ...FILE_PROBLEMS],
    },
    handle:
      ({ openUpload, receivedBytes, serveTus }) =>
      async (req, res, next) => {
        if (req.method === 'HEAD' && req.get('Tus-Resumable') !== undefined)
          return serveTus(req, res.type('json'), next)
        const upload = await openUpload.find(req, idOf(req))
        const received = upload.taskId === null ? await receivedBytes(upload) : upload.bytes
        res.set('Cache-Control', 'no-store').json(toStagedUpload(upload, received))
      },
  },

  'PATCH /uploads/:id': {
    scope: 'tasks:write',
    doc: {
      operationId: 'continueUpload',
      summary: 'Send bytes of an upload',
      description: 'The response to the last bytes names the task in Location.',
      requestParams: {
        ...uploadPath,
        header: z.object({
          'Tus-Resumable': tusVersion,
          'Upload-Offset': wholeNumber.meta({ description: 'Where these bytes begin: as many as are stored' }),
        }),
      },
      body: { required: true, ...stream },
      answers: { 204: noContent('Stored', 'UploadOffset', 'TaskLocation') },
      problems: [...FIND_PROBLEMS, ...RECEIVE_PROBLEMS, ...TUS_PROBLEMS, ...FILE_PROBLEMS, 'UPLOAD_CONFLICT'],
    },
    handle: ({ openUpload, beforeBytes, serveTus }) => [
      ...beforeBytes,
      async (req, _res, next) => {
        await openUpload.find(req, idOf(req))
        next()
      },
      serveTus,
    ],
  },

  'DELETE /uploads/:id': {
    scope: 'tasks:write',
    doc: {
      operationId: 'deleteUpload',
      summary: 'Give up an upload',
      description: 'Its bytes are removed. A task that it has become stays.',
      requestParams: uploadPath,
      answers: { 204: noContent('Removed') },
      problems: [...FIND_PROBLEMS, 'UPLOAD_LOCKED', 'STORE_UNAVAILABLE', 'STORAGE_UNAVAILABLE'],
    },
    handle: ({ openUpload, serveTus }) => [
      async (req, _res, next) => {
        await openUpload.find(req, idOf(req))
        req.headers['tus-resumable'] = TUS_VERSION
        next()
      },
      serveTus,
    ],
  },

  'POST /uploads/:id/complete': {
    scope: 'tasks:write',
    doc: {
      operationId: 'completeUpload',
      summary: 'Turn an upload into a task',
      description:
        'Needed after the bytes of `POST /uploads/direct` were sent. Their number and checksum are compared with what was announced. May be repeated: the task is the same.',
      requestParams: uploadPath,
      answers: {
        202: json(
          'The task',
          { schema: task, examples: { 'Being processed': taskExamples.processing } },
          'Location',
          'ETag',
        ),
      },
      problems: [
        ...FIND_PROBLEMS,
        ...RECEIVE_PROBLEMS,
        ...FILE_PROBLEMS,
        'FILE_TOO_LARGE',
        'UPLOAD_INCOMPLETE',
        'TASK_NOT_FOUND',
      ],
    },
    handle: ({ beforeBytes, openUpload, finishUpload, send }) => [
      ...beforeBytes,
      async (req, res) => {
        const taskId = await finishUpload(await openUpload.find(req, idOf(req)))
        const created = await send(new GetTask(tenantOf(req), taskId))
        sendTask(res.status(202).location(created.links.self), created)
      },
    ],
  },
})

const idOf = (req: Request): string => String(req.params.id)
