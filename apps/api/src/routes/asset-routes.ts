import { asset, ASSET_CONTENT_TYPES, assetList, type Asset } from '@darkroom/contracts'
import type { Request, RequestHandler } from 'express'
import { z } from 'zod'
import { AppError } from '../app-error.ts'
import type { AssetLibrary } from '../assets/asset-library.ts'
import { contentTypeOf } from '../assets/asset-name.ts'
import { content, json, noContent } from '../http/openapi/operation.ts'
import { routesOf } from '../http/routes.ts'
import { sendFile } from '../http/send-file.ts'
import { tenantOf } from '../http/tenant-of.ts'
import { seenIn, type ReceivedBytes } from '../tasks/kind.ts'
import type { ReceiveBytes } from '../uploads/receive-bytes.ts'

export interface AssetRouteDeps {
  assets: AssetLibrary
  /** Middleware before the body of a picture is read. */
  beforeBytes: RequestHandler[]
  receiveBytes: ReceiveBytes
}

const harbour: Asset = {
  name: 'harbour.jpg',
  contentType: 'image/jpeg',
  size: 482_113,
  origin: 'stored',
  updatedAt: '2026-05-01T12:00:00.000Z',
  url: '/api/v1/assets/harbour.jpg',
}

const requestParams = {
  path: z.object({ name: z.string().meta({ description: 'Its name, with an extension', example: harbour.name }) }),
}
const nameOf = (req: Request): string => String(req.params.name)

const bytes = z.string().meta({ description: 'The bytes of the picture', override: { format: 'binary' } })
const pictures = Object.fromEntries(ASSET_CONTENT_TYPES.map((type) => [type, { schema: bytes }]))

/** `/api/v1/assets`: pictures that tasks refer to by name, such as backgrounds. */
export const assetRoutes = routesOf<AssetRouteDeps>('Assets', {
  'GET /assets': {
    scope: 'tasks:read',
    doc: {
      operationId: 'listAssets',
      summary: 'List all assets by name',
      answers: {
        200: json('Stored and shipped ones', { schema: assetList, examples: { One: { items: [harbour] } } }, 'ETag'),
      },
      problems: ['STORAGE_UNAVAILABLE'],
    },
    handle:
      ({ assets }) =>
      async (req, res) => {
        res.set('Cache-Control', 'no-cache').json({ items: await assets.list(tenantOf(req)) })
      },
  },

  'PUT /assets/:name': {
    scope: 'tasks:write',
    doc: {
      operationId: 'putAsset',
      summary: 'Store an asset, or replace it',
      description:
        'The body is the picture itself: `curl -T harbour.jpg`. Tasks that were accepted before keep the old one.',
      requestParams,
      body: { required: true, content: pictures },
      answers: { 200: json('It is stored', { schema: asset, examples: { Stored: harbour } }) },
      problems: [
        'FILE_TOO_LARGE',
        'IMAGE_UNSUPPORTED',
        'INVALID_FIELD',
        'IMAGE_TOO_LARGE',
        'IMAGE_CORRUPT',
        'TOO_MANY_UPLOADS',
        'STORE_UNAVAILABLE',
        'STORAGE_UNAVAILABLE',
        'OVERLOADED',
        'STORAGE_FULL',
      ],
    },
    handle: ({ assets, beforeBytes, receiveBytes }) => [
      ...beforeBytes,
      async (req, res) => {
        if (req.is('multipart/form-data'))
          throw new AppError(
            'IMAGE_UNSUPPORTED',
            'The body is a form: send the bytes of the picture alone, such as with curl -T harbour.jpg.',
          )
        const store = ({ inspected, ...file }: ReceivedBytes) =>
          assets.put(tenantOf(req), nameOf(req), { ...file, facts: () => seenIn({ inspected }) })
        res.json(await receiveBytes(req, res, store))
      },
    ],
  },

  'GET /assets/:name': {
    scope: 'tasks:read',
    doc: {
      operationId: 'getAsset',
      summary: 'Download an asset',
      requestParams,
      answers: {
        200: content('The picture', ASSET_CONTENT_TYPES, { schema: bytes }, 'ETag', 'AcceptRanges'),
        206: content('A range of it', ASSET_CONTENT_TYPES, { schema: bytes }, 'ETag', 'AcceptRanges', 'ContentRange'),
      },
      problems: [
        'ASSET_NOT_FOUND',
        'PRECONDITION_FAILED',
        'RANGE_NOT_SATISFIABLE',
        'INVALID_FIELD',
        'STORAGE_UNAVAILABLE',
      ],
    },
    handle:
      ({ assets }) =>
      async (req, res) => {
        const name = nameOf(req)
        const found = await assets.find(tenantOf(req), name)
        const { bytes: size, modifiedAt } = await found.stat()
        res.set({
          ETag: `"${size}-${modifiedAt.getTime()}"`,
          'Cache-Control': 'private, no-cache',
          'Content-Type': contentTypeOf(name),
          'Content-Security-Policy': "sandbox; default-src 'none'",
        })
        await sendFile(res, found)
      },
  },

  'DELETE /assets/:name': {
    scope: 'tasks:write',
    doc: {
      operationId: 'deleteAsset',
      summary: 'Delete a stored asset',
      description: 'Tasks that were accepted before keep it.',
      requestParams,
      answers: { 204: noContent('It is deleted') },
      problems: ['ASSET_NOT_FOUND', 'INVALID_FIELD', 'STORAGE_UNAVAILABLE'],
    },
    handle:
      ({ assets }) =>
      async (req, res) => {
        await assets.remove(tenantOf(req), nameOf(req))
        res.status(204).end()
      },
  },
})
