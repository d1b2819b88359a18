import { sampleGif, samplePng } from '@darkroom/testing'
import { z } from 'zod'
import type { TestApi } from '../start-test-api.ts'
import { linesOf, type Row } from './row.ts'
import { count, time } from './shapes.ts'
import { ASSET_NAME } from './world.ts'

const asset = z.strictObject({
  name: z.string(),
  contentType: z.enum(['image/jpeg', 'image/png', 'image/webp']),
  size: count,
  origin: z.enum(['stored', 'shipped']),
  updatedAt: time.nullable(),
  url: z.string().regex(/^\/api\/v1\/assets\/[\w.-]+$/),
})
const list = linesOf('GET /api/v1/assets')
const put = linesOf('PUT /api/v1/assets/:name')
const get = linesOf('GET /api/v1/assets/:name')
const remove = linesOf('DELETE /api/v1/assets/:name')

const MAX_BYTES = 50 * 1024 * 1024
const PATH = `/api/v1/assets/${ASSET_NAME}`
const store = (api: TestApi, path: string, body: Buffer) =>
  api.request(path, { method: 'PUT', body: new Uint8Array(body) })
const FILE = { 'content-type': /^image\/jpeg$/, etag: /^"\d+-\d+"$/, 'accept-ranges': /^bytes$/ }

export const assetRows: Row[] = [
  list('200', 'all of them', ({ main }) => main.request('/api/v1/assets'), {
    body: z.strictObject({ items: z.array(asset).min(4) }),
  }),
  list('503 STORAGE_UNAVAILABLE', 'without a usable disk', ({ noDisk }) => noDisk.request('/api/v1/assets')),

  put('200', 'a picture', ({ main, photo }) => store(main, '/api/v1/assets/new.jpg', photo), { body: asset }),
  put('200', 'another one of the same name', ({ main, photo }) => store(main, '/api/v1/assets/new.jpg', photo), {
    body: asset,
  }),
  put('413 FILE_TOO_LARGE', 'too large a picture', ({ main }) => store(main, PATH, Buffer.alloc(MAX_BYTES + 1))),
  put('415 IMAGE_UNSUPPORTED', 'no picture', ({ main }) => store(main, PATH, Buffer.from('I am no picture'))),
  put('415 IMAGE_UNSUPPORTED', 'a GIF', async ({ main }) =>
    store(main, PATH, await sampleGif({ width: 4, height: 4 })),
  ),
  put('422 INVALID_FIELD', 'a PNG with the name of a JPEG', async ({ main }) =>
    store(main, PATH, await samplePng({ width: 4, height: 4 })),
  ),
  put('422 INVALID_FIELD', 'a name with a path', ({ main, photo }) => store(main, '/api/v1/assets/a%2Fb.jpg', photo)),
  put('422 IMAGE_CORRUPT', 'a damaged picture', ({ main, photo }) => store(main, PATH, photo.subarray(0, 40))),
  put('503 STORE_UNAVAILABLE', 'while the store is unreachable', ({ away, photo }) => store(away, PATH, photo)),
  put('503 STORAGE_UNAVAILABLE', 'without a usable disk', ({ noDisk, photo }) => store(noDisk, PATH, photo)),
  put('507 STORAGE_FULL', 'while the disk is full', ({ strict, photo }) => store(strict, PATH, photo)),

  get('200', 'one that is stored', ({ main }) => main.request(PATH), { body: 'bytes', headers: FILE }),
  get('200', 'one that ships', ({ main }) => main.request('/api/v1/assets/city.jpg'), { body: 'bytes', headers: FILE }),
  get('206', 'a range', ({ main }) => main.request(PATH, { headers: { range: 'bytes=0-9' } }), {
    body: 'bytes',
    headers: { ...FILE, 'content-range': /^bytes 0-9\/\d+$/ },
  }),
  get(
    '304',
    'an unchanged one',
    async ({ main }) => {
      const etag = (await main.request(PATH)).headers.get('etag') ?? ''
      return main.request(PATH, { headers: { 'if-none-match': etag } })
    },
    { body: 'nothing' },
  ),
  get('404 ASSET_NOT_FOUND', 'an unknown name', ({ main }) => main.request('/api/v1/assets/unknown.jpg')),
  get('412 PRECONDITION_FAILED', 'another version', ({ main }) =>
    main.request(PATH, { headers: { 'if-match': '"other"' } }),
  ),
  get('416 RANGE_NOT_SATISFIABLE', 'a range outside it', ({ main }) =>
    main.request(PATH, { headers: { range: 'bytes=99999999-' } }),
  ),
  get('422 INVALID_FIELD', 'an invalid name', ({ main }) => main.request('/api/v1/assets/a%20b.jpg')),
  get('503 STORAGE_UNAVAILABLE', 'without a usable disk', ({ noDisk }) => noDisk.request(PATH)),

  remove(
    '204',
    'one that is stored',
    async ({ main, photo }) => {
      await store(main, '/api/v1/assets/gone.jpg', photo)
      return main.request('/api/v1/assets/gone.jpg', { method: 'DELETE' })
    },
    { body: 'nothing' },
  ),
  remove('404 ASSET_NOT_FOUND', 'an unknown name', ({ main }) =>
    main.request('/api/v1/assets/unknown.jpg', { method: 'DELETE' }),
  ),
  remove('404 ASSET_NOT_FOUND', 'one that ships', ({ main }) =>
    main.request('/api/v1/assets/city.jpg', { method: 'DELETE' }),
  ),
  remove('422 INVALID_FIELD', 'an invalid name', ({ main }) => main.request('/api/v1/assets/a', { method: 'DELETE' })),
  remove('503 STORAGE_UNAVAILABLE', 'without a usable disk', ({ noDisk }) =>
    noDisk.request(PATH, { method: 'DELETE' }),
  ),
]
