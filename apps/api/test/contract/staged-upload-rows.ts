import { z } from 'zod'
import type { Answer, TestApi } from '../start-test-api.ts'
import { linesOf, sendJson, type Row } from './row.ts'
import { count, task, time } from './shapes.ts'

const PATH = '/api/v1/uploads'
const VERSION = { 'tus-resumable': '1.0.0' }
const OCTETS = { 'content-type': 'application/offset+octet-stream' }
const TUS = { 'tus-resumable': /^1\.0\.0$/ }
const MAX_BYTES = 50 * 1024 * 1024

const upload = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{32}$/),
  name: z.string(),
  bytes: count,
  receivedBytes: count,
  createdAt: time,
  expiresAt: time,
  taskId: z.string().nullable(),
  links: z.strictObject({ self: z.string(), task: z.string().nullable() }),
})

const create = linesOf(`POST ${PATH}`)
const direct = linesOf(`POST ${PATH}/direct`)
const get = linesOf(`GET ${PATH}/:id`)
const send = linesOf(`PATCH ${PATH}/:id`)
const remove = linesOf(`DELETE ${PATH}/:id`)
const complete = linesOf(`POST ${PATH}/:id/complete`)

type Headers = Record<string, string>

const begin = (api: TestApi, bytes: number, more: Headers = {}): Promise<Answer> =>
  api.request(PATH, { method: 'POST', headers: { ...VERSION, 'upload-length': String(bytes), ...more } })
/** The path of a new upload. */
const begun = async (api: TestApi, bytes: number, more: Headers = {}): Promise<string> =>
  (await begin(api, bytes, more)).headers.get('location') ?? ''
const patch = (api: TestApi, path: string, body: Buffer, more: Headers = {}): Promise<Answer> =>
  api.request(path, {
    method: 'PATCH',
    headers: { ...VERSION, ...OCTETS, 'upload-offset': '0', ...more },
    body: new Uint8Array(body),
  })
const finish = (api: TestApi, path: string): Promise<Answer> => api.request(`${path}/complete`, { method: 'POST' })
const metadata = (key: string, value: string): Headers => ({
  'upload-metadata': `${key} ${Buffer.from(value).toString('base64')}`,
})
const announce = (api: TestApi, more: object = {}): Promise<Answer> =>
  api.request(`${PATH}/direct`, {
    method: 'POST',
    ...sendJson({ name: 'a.jpg', bytes: 9, sha256: 'a'.repeat(64), ...more }),
  })
const UNKNOWN = `${PATH}/${'0'.repeat(32)}`

export const stagedUploadRows: Row[] = [
  create('201', 'a new upload', ({ main }) => begin(main, 100), {
    body: 'nothing',
    headers: { ...TUS, location: /^\/api\/v1\/uploads\/[0-9a-f]{32}$/, 'upload-expires': /GMT$/ },
  }),
  create('400 INVALID_UPLOAD_HEADER', 'no length', ({ main }) =>
    main.request(PATH, { method: 'POST', headers: VERSION }),
  ),
  create('400 INVALID_IDEMPOTENCY_KEY', 'a key with a space', ({ main }) =>
    begin(main, 100, { 'idempotency-key': 'a b' }),
  ),
  create('412 UNSUPPORTED_TUS_VERSION', 'a form', ({ main }) => main.request(PATH, { method: 'POST' }), {
    headers: { ...TUS, 'tus-version': /^1\.0\.0$/ },
  }),
  create('413 FILE_TOO_LARGE', 'too long a file', ({ main }) => begin(main, MAX_BYTES + 1)),
  create('422 INVALID_FIELD', 'an invalid field', ({ main }) => begin(main, 100, metadata('priority', 'at once'))),
  create('503 STORE_UNAVAILABLE', 'while the store is unreachable', ({ away }) => begin(away, 100)),
  create('503 STORAGE_UNAVAILABLE', 'while the data folder is unusable', ({ noDisk }) => begin(noDisk, 100)),
  create('503 OVERLOADED', 'while too many tasks are waiting', ({ busy }) => begin(busy, 100)),
  create('507 STORAGE_FULL', 'while the disk is full', ({ strict }) => begin(strict, 100)),

  direct('409 DIRECT_UPLOADS_DISABLED', 'without a bucket', ({ main }) => announce(main)),
  direct('415 NOT_JSON', 'a form', ({ main }) => main.request(`${PATH}/direct`, { method: 'POST' })),

  get('200', 'an upload', ({ main, uploadId }) => main.request(`${PATH}/${uploadId}`), { body: upload, headers: TUS }),
  get('404 UPLOAD_NOT_FOUND', 'an unknown id', ({ main }) => main.request(UNKNOWN)),
  get('404 UPLOAD_NOT_FOUND', 'no id at all', ({ main }) => main.request(`${PATH}/a%2Fb`)),

  send(
    '204',
    'the first bytes',
    async ({ main, photo }) => patch(main, await begun(main, 100), photo.subarray(0, 10)),
    {
      body: 'nothing',
      headers: { ...TUS, 'upload-offset': /^10$/ },
    },
  ),
  send('204', 'the last bytes', async ({ main, photo }) => patch(main, await begun(main, photo.length), photo), {
    body: 'nothing',
    headers: { ...TUS, location: /^\/api\/v1\/tasks\/[0-9a-f]{24}$/ },
  }),
  send('400 INVALID_UPLOAD_HEADER', 'another content type', async ({ main, photo }) =>
    patch(main, await begun(main, 100), photo.subarray(0, 10), { 'content-type': 'image/jpeg' }),
  ),
  send('404 UPLOAD_NOT_FOUND', 'an unknown id', ({ main, photo }) => patch(main, UNKNOWN, photo)),
  send('409 UPLOAD_CONFLICT', 'bytes from elsewhere', async ({ main, photo }) =>
    patch(main, await begun(main, 100), photo.subarray(0, 10), { 'upload-offset': '20' }),
  ),
  send('412 UNSUPPORTED_TUS_VERSION', 'another version', async ({ main, photo }) =>
    patch(main, await begun(main, 100), photo.subarray(0, 10), { 'tus-resumable': '0.2.2' }),
  ),
  send('413 FILE_TOO_LARGE', 'more bytes than announced', async ({ main }) =>
    patch(main, await begun(main, 10), Buffer.alloc(20)),
  ),
  send('415 IMAGE_UNSUPPORTED', 'no photo', async ({ main }) =>
    patch(main, await begun(main, 5), Buffer.from('hello')),
  ),
  send('422 IMAGE_CORRUPT', 'a damaged photo', async ({ main, photo }) =>
    patch(main, await begun(main, 40), photo.subarray(0, 40)),
  ),
  send('422 CHECKSUM_MISMATCH', 'other bytes than announced', async ({ main, photo }) =>
    patch(main, await begun(main, photo.length, metadata('sha256', 'a'.repeat(64))), photo),
  ),
  send('422 IDEMPOTENCY_KEY_REUSED', 'another file with a used key', async ({ main, photo }) => {
    const key = { 'idempotency-key': crypto.randomUUID() }
    await patch(main, await begun(main, photo.length, key), photo)
    return patch(main, await begun(main, photo.length, { ...key, ...metadata('name', 'another') }), photo)
  }),

  remove('204', 'an upload', async ({ main }) => main.request(await begun(main, 100), { method: 'DELETE' }), {
    body: 'nothing',
    headers: TUS,
  }),
  remove('404 UPLOAD_NOT_FOUND', 'an unknown id', ({ main }) => main.request(UNKNOWN, { method: 'DELETE' })),

  complete(
    '202',
    'a complete upload',
    async ({ main, photo }) => {
      const path = await begun(main, photo.length)
      await patch(main, path, photo)
      return finish(main, path)
    },
    { body: task, headers: { ...TUS, location: /^\/api\/v1\/tasks\/[0-9a-f]{24}$/ } },
  ),
  complete('404 UPLOAD_NOT_FOUND', 'an unknown id', ({ main }) => finish(main, UNKNOWN)),
  complete('409 UPLOAD_INCOMPLETE', 'before all bytes have arrived', async ({ main }) =>
    finish(main, await begun(main, 100)),
  ),
]
