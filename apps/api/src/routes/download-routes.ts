import { downloadUrl, KINDS } from '@darkroom/contracts'
import type { RequestHandler } from 'express'
import { z } from 'zod'
import { parseInput } from '../http/input.ts'
import { TASK_ID } from '../http/openapi/example-ids.ts'
import { content, json, JSON_PROBLEMS, jsonRequest, noContent, type Operation } from '../http/openapi/operation.ts'
import { routesOf } from '../http/routes.ts'
import { tenantOf } from '../http/tenant-of.ts'
import type { Send } from '../send.ts'
import { GetTask } from '../tasks/queries/get-task.ts'
import { SignDownload } from '../tasks/queries/sign-download.ts'
import type { SendVariant } from './send-variant.ts'
import { downloadQuery, downloadUrlFields } from './task-fields.ts'
import { idOf, taskPath } from './task-path.ts'

export interface DownloadRouteDeps {
  send: Send
  sendVariant: SendVariant
  /** Middleware before every handler that accepts JSON. */
  readJson: RequestHandler[]
}

const FILE_TYPES = [...new Set(Object.values(KINDS).flatMap(({ contentTypes }) => contentTypes))]
const FILE_HEADERS = ['ETag', 'ContentDisposition', 'AcceptRanges'] as const
const file = { schema: { type: 'string', format: 'binary' } } as const

/** The same for both forms of the path. */
export const downloadDoc: Omit<Operation, 'operationId' | 'tags'> = {
  summary: 'Download a file',
  description:
    'The first file, which is the largest variant of a photo, unless `file` or `resolution` selects another. Ranges are supported. A signed URL needs no API key.',
  requestParams: {
    ...taskPath,
    query: downloadQuery,
    header: z.object({
      Range: z.string().optional().meta({ description: 'A range of the file, such as `bytes=0-1023`' }),
      'If-Range': z.string().optional().meta({
        description:
          'The ETag of the part that you have; if the file has changed since, the response is the whole file',
      }),
      'If-Match': z.string().optional().meta({ description: 'Fail with 412 unless this is still the ETag' }),
    }),
  },
  answers: {
    200: content('The whole file', FILE_TYPES, file, ...FILE_HEADERS),
    206: content('A part of it', FILE_TYPES, file, ...FILE_HEADERS, 'ContentRange'),
    302: noContent(
      'With `DOWNLOADS=redirect`: the file is at this URL of the bucket for the next hour',
      'FileLocation',
    ),
  },
  problems: [
    'INVALID_QUERY',
    'INVALID_SIGNATURE',
    'URL_EXPIRED',
    'TASK_NOT_FOUND',
    'VARIANT_NOT_FOUND',
    'FILE_MISSING',
    'TASK_NOT_READY',
    'TASK_FAILED',
    'TASK_CANCELLED',
    'TASK_EXPIRED',
    'PRECONDITION_FAILED',
    'RANGE_NOT_SATISFIABLE',
    'STORE_UNAVAILABLE',
    'STORAGE_UNAVAILABLE',
  ],
}

const downloadUrlExample = {
  url: `/api/v1/tasks/${TASK_ID}/download?resolution=1024&expires=1777973400&kid=k1&signature=3vPq0sN7cYk2LhW9eZtR5uXaB1mGdJ8oFiKxQyC4T6M`,
  expiresAt: '2026-05-05T09:30:00.000Z',
}

/** `/api/v1/tasks/{id}/download`, and signed URLs for it. */
export const downloadRoutes = routesOf<DownloadRouteDeps>('Tasks', {
  'GET /tasks/:id/download': {
    scope: 'signed',
    doc: { operationId: 'downloadVariant', ...downloadDoc },
    handle:
      ({ send, sendVariant }) =>
      async (req, res) =>
        sendVariant(req, res, await send(new GetTask(tenantOf(req), idOf(req)))),
  },

  'POST /tasks/:id/download-url': {
    scope: 'tasks:read',
    doc: {
      operationId: 'signDownload',
      summary: 'Create a signed download URL',
      requestParams: taskPath,
      body: jsonRequest({
        schema: downloadUrlFields,
        examples: { 'For a day': { resolution: '1024', expiresInSeconds: 86_400 } },
      }),
      answers: {
        200: json('The URL, and when it expires', {
          schema: downloadUrl,
          examples: { 'For a day': downloadUrlExample },
        }),
      },
      problems: [...JSON_PROBLEMS, 'TASK_NOT_FOUND', 'SIGNING_DISABLED', 'STORE_UNAVAILABLE'],
    },
    handle: ({ send, readJson }) => [
      ...readJson,
      async (req, res) => {
        const fields = parseInput(downloadUrlFields, req.body, 'INVALID_FIELD')
        const { id } = await send(new GetTask(tenantOf(req), idOf(req)))
        res.set('Cache-Control', 'no-store').json(await send(new SignDownload(tenantOf(req), id, fields)))
      },
    ],
  },
})
