import { uploadToken, uploadTokenFields, type UploadToken } from '@darkroom/contracts'
import type { RequestHandler } from 'express'
import { parseInput } from '../http/input.ts'
import { orNoBody } from '../http/json-body.ts'
import { json, JSON_PROBLEMS, optionalJson } from '../http/openapi/operation.ts'
import { routesOf } from '../http/routes.ts'
import { callerOf } from '../http/tenant-of.ts'
import { CreateUploadToken } from '../keys/create-upload-token.ts'
import type { Send } from '../send.ts'

export interface UploadTokenRouteDeps {
  send: Send
  /** Middleware before every handler that accepts JSON. */
  readJson: RequestHandler[]
}

const created: UploadToken = {
  token: 'dru_…',
  kind: 'image.optimize',
  maxBytes: 10_485_760,
  uploads: 5,
  origin: 'https://shop.example.com',
  expiresAt: '2026-05-04T09:40:00.000Z',
}

/** `/api/v1/upload-tokens`: what a web page needs to upload files itself, without a key. */
export const uploadTokenRoutes = routesOf<UploadTokenRouteDeps>('Keys', {
  'POST /upload-tokens': {
    scope: 'tasks:write',
    doc: {
      operationId: 'createUploadToken',
      summary: 'Create a token with which a browser can upload',
      description:
        'For `POST /api/v1/tasks` with a form, and nothing else. Its uploads belong to the tenant of the caller. It ends with the key that created it; uploads that are refused do not count.',
      body: optionalJson({
        schema: uploadTokenFields,
        examples: {
          'For a page of a shop': {
            kind: 'image.optimize',
            maxBytes: 10_485_760,
            uploads: 5,
            origin: 'https://shop.example.com',
          },
        },
      }),
      answers: { 201: json('The token, shown only once', { schema: uploadToken, examples: { Created: created } }) },
      problems: [...JSON_PROBLEMS, 'STORE_UNAVAILABLE'],
    },
    handle: ({ send, readJson }) => [
      ...orNoBody(readJson),
      async (req, res) => {
        const fields = parseInput(uploadTokenFields, req.body, 'INVALID_FIELD')
        const { kind = null, maxBytes = null, origin = null, uploads, expiresInSeconds } = fields
        const { tenant, keyId = null } = callerOf(req)
        const expiresAt = new Date(Date.now() + expiresInSeconds * 1000)
        const grant = { tenant, keyId, kind, maxBytes, origin, uploads, expiresAt }
        res
          .status(201)
          .set('Cache-Control', 'no-store')
          .json(await send(new CreateUploadToken(grant)))
      },
    ],
  },
})
