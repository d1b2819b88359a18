import { downloadUrl, KINDS } from '@darkroom/contracts'
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import { AppError } from '../app-error.ts'
import { baseUrlOf } from '../http/base-url.ts'
import { parseInput } from '../http/input.ts'
import { orNoBody } from '../http/json-body.ts'
import { content, json, JSON_PROBLEMS, noContent, type Operation, optionalJson } from '../http/openapi/operation.ts'
import { routesOf } from '../http/routes.ts'
import { tenantOf } from '../http/tenant-of.ts'
import type { Send } from '../send.ts'
import { GetTask } from '../tasks/queries/get-task.ts'
import { SignDownload } from '../tasks/queries/sign-download.ts'
import { nameIn, type DownloadGrant, type UrlSigner } from '../tasks/queries/url-signing.ts'
import type { SendVariant } from './send-variant.ts'
import { downloadQuery, downloadUrlFields, signedDownloadQuery } from './task-fields.ts'
import { idOf, taskPath } from './task-path.ts'

export interface DownloadRouteDeps {
  send: Send
  sendVariant: SendVariant
  signer: UrlSigner
  /** The start of the URLs by which clients reach this service, if it is known. */
  publicUrl: string | undefined
  /** Middleware before every handler that accepts JSON. */
  readJson: RequestHandler[]
}

const ORIGINAL_TYPES = ['image/jpeg', 'image/png', 'image/webp', 'image/gif']
const FILE_TYPES = [
  ...new Set([...Object.values(KINDS).flatMap(({ contentTypes }) => contentTypes), ...ORIGINAL_TYPES]),
]
const FILE_HEADERS = ['ETag', 'ContentDisposition', 'AcceptRanges'] as const
const file = { schema: { type: 'string', format: 'binary' } } as const

const fileHeaders = z.object({
  Range: z.string().optional().meta({ description: 'A range of the file, such as `bytes=0-1023`' }),
  'If-Range': z.string().optional().meta({
    description: 'The ETag of the part that you have; if the file has changed since, the response is the whole file',
  }),
  'If-Match': z.string().optional().meta({ description: 'Fail with 412 unless this is still the ETag' }),
})

/** Of every path of a file. */
const fileDoc = {
  answers: {
    200: content('The whole file', FILE_TYPES, file, ...FILE_HEADERS),
    206: content('A part of it', FILE_TYPES, file, ...FILE_HEADERS, 'ContentRange'),
    302: noContent(
      'With `DOWNLOADS=redirect`: the file is at this URL of the bucket for the next hour',
      'FileLocation',
    ),
  },
  problems: [
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
} satisfies Partial<Operation>

/** The same for both forms of the path. */
export const downloadDoc: Omit<Operation, 'operationId' | 'tags'> = {
  summary: 'Download a file',
  description:
    'The first file, which is the largest variant of a photo, unless `file` or `resolution` selects another. Ranges are supported.',
  requestParams: { ...taskPath, query: downloadQuery, header: fileHeaders },
  answers: fileDoc.answers,
  problems: ['INVALID_QUERY', ...fileDoc.problems],
}

/** The handler of both. */
export const download =
  ({ send, sendVariant }: Pick<DownloadRouteDeps, 'send' | 'sendVariant'>) =>
  async (req: Request, res: Response): Promise<void> => {
    const task = await send(new GetTask(tenantOf(req), idOf(req)))
    const query = parseInput(downloadQuery, req.query, 'INVALID_QUERY')
    await sendVariant(res, task, { name: nameIn(query), md5: query.v, disposition: query.disposition })
  }

const TOKEN = 'k1.Tz4yJ0m8qYk2LhW9eZtR5uXaB1mGdJ8oFiKxQyC4T6MvPq0sN7cHf3nUbE1rAjDgIwOlSpV'
const downloadUrlExample = {
  url: `https://photos.example.com/d/${TOKEN}`,
  expiresAt: '2026-05-05T09:30:00.000Z',
}

/** `/api/v1/tasks/{id}/download`, and signed URLs for it. */
export const downloadRoutes = routesOf<DownloadRouteDeps>('Tasks', {
  'GET /tasks/:id/download': {
    scope: 'tasks:read',
    doc: { operationId: 'downloadVariant', ...downloadDoc },
    handle: download,
  },

  'POST /tasks/:id/download-url': {
    scope: 'tasks:read',
    doc: {
      operationId: 'signDownload',
      summary: 'Create a signed download URL',
      description:
        'Whoever has it can download this one file until it expires, without an API key. It starts with `PUBLIC_URL`, otherwise with the host to which this request was sent.',
      requestParams: taskPath,
      body: optionalJson({
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
    handle: ({ send, readJson, publicUrl }) => [
      ...orNoBody(readJson),
      async (req, res) => {
        const fields = parseInput(downloadUrlFields, req.body, 'INVALID_FIELD')
        const { id } = await send(new GetTask(tenantOf(req), idOf(req)))
        const { url, expiresAt } = await send(new SignDownload(tenantOf(req), id, fields))
        res.set('Cache-Control', 'no-store').json({ url: baseUrlOf(req, publicUrl) + url, expiresAt })
      },
    ],
  },
})

/** `/d/{token}`: what a signed URL leads to. */
export const signedDownloadRoutes = routesOf<DownloadRouteDeps>('Tasks', {
  'GET /d/:token': {
    scope: 'open',
    doc: {
      operationId: 'downloadSigned',
      summary: 'Download a file by a signed URL',
      description: 'Needs no API key: the token permits the download of one file until it expires.',
      requestParams: {
        path: z.object({ token: z.string().meta({ description: 'The last part of the URL', example: TOKEN }) }),
        query: signedDownloadQuery,
        header: fileHeaders,
      },
      answers: fileDoc.answers,
      problems: ['INVALID_QUERY', 'INVALID_SIGNATURE', 'URL_EXPIRED', ...fileDoc.problems],
    },
    handle:
      ({ send, sendVariant, signer }) =>
      async (req, res) => {
        const { tenant, taskId, file: name, expires } = grantOf(signer, String(req.params.token))
        const { disposition } = parseInput(signedDownloadQuery, req.query, 'INVALID_QUERY')
        await sendVariant(res, await send(new GetTask(tenant, taskId)), { name, expires, disposition })
      },
  },
})

function grantOf(signer: UrlSigner, token: string): DownloadGrant {
  const grant = signer.verify(token)
  if (!grant)
    throw new AppError(
      'INVALID_SIGNATURE',
      'The URL was not signed by this service, has been modified, or its key has been removed.',
    )
  if (grant.expires * 1000 <= Date.now())
    throw new AppError('URL_EXPIRED', 'This URL has expired: ask for a new one where you got it.')
  return grant
}
