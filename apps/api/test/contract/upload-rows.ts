import { once } from 'node:events'
import { crc32 } from 'node:zlib'
import { samplePng, until } from '@darkroom/testing'
import type { z } from 'zod'
import { fieldPart, fieldParts, filePart, multipart } from '../multipart.ts'
import { openSocket, readAnswer, type RawAnswer } from '../raw-http.ts'
import type { Answer, TestApi } from '../start-test-api.ts'
import { json, linesOf, sendJson, type Row } from './row.ts'
import {
  acceptedBatch,
  acceptedBatchOf,
  acceptedJob,
  acceptedPhoto,
  acceptedPhotoBatch,
  acceptedTask,
  photoAtUrl,
  taskAtUrl,
  namesAre,
  rejectedBatch,
} from './shapes.ts'
import type { World } from './world.ts'

const MIB = 1024 * 1024
const RETRY_AFTER = { 'retry-after': /^[1-9]\d*$/ }
const noPhoto = filePart(Buffer.from('I am no photo'))

interface UploadRoute {
  path: string
  /** The fields for the file; the first one is the usual one. */
  fileFields: readonly [string, ...string[]]
  /** All text fields. */
  fields: Record<string, string>
  accepted: Partial<Row>
}

const common = { name: 'n', priority: 'premium', ttlSeconds: '60', metadata: '{"a":[1]}' }
const ofImage = { fileFields: ['file', 'image'], fields: { ...common, kind: 'image.optimize' } } as const
const ofPhoto = {
  fileFields: ['photo', 'file', 'image'],
  fields: { ...common, kind: 'photo.bibs', album: 'valencia-2026' },
} as const

const uploads: UploadRoute[] = [
  {
    path: '/api/v1/tasks',
    ...ofImage,
    accepted: { body: acceptedTask, headers: { location: /^\/api\/v1\/tasks\/[0-9a-f]{24}$/, ...RETRY_AFTER } },
  },
  {
    path: '/api/jobs',
    ...ofImage,
    accepted: { body: acceptedJob, headers: { location: /^\/api\/jobs\/[0-9a-f-]{36}\/status$/, ...RETRY_AFTER } },
  },
  {
    path: '/photos',
    ...ofPhoto,
    accepted: { body: acceptedPhoto, headers: { location: /^\/api\/v1\/tasks\/[0-9a-f]{24}$/, ...RETRY_AFTER } },
  },
]

export const uploadRows: Row[] = [
  ...uploads.flatMap(oneFile),
  ...photosElsewhere(),
  ...photosByUrl(),
  ...manyFiles('/api/v1/batches', ['files', 'file', 'image'], acceptedBatch),
  ...manyFiles('/photos/batch', ['photos', 'photo', 'files', 'file', 'image'], acceptedPhotoBatch),
  ...manyUrls('/api/v1/batches', acceptedBatchOf(taskAtUrl)),
  ...manyUrls('/photos/batch', acceptedBatchOf(photoAtUrl)),
]

function oneFile({ path, fileFields, fields, accepted }: UploadRoute): Row[] {
  const line = linesOf(`POST ${path}`)
  return [
    ...fileFields.map((field) =>
      line(
        '202',
        `a photo in the field ${field}`,
        ({ main, photo }) => main.post(path, [filePart(photo, 'a.jpg', field)]),
        accepted,
      ),
    ),
    line('202', 'all fields', ({ main, photo }) => main.post(path, [...fieldParts(fields), filePart(photo)]), accepted),
    ...['image/jpeg', 'application/octet-stream'].map((type) =>
      line(
        '202',
        `a photo alone, as ${type}, with all fields in the query`,
        ({ main, photo }) => postAlone(main, `${path}?${new URLSearchParams(fields).toString()}`, photo, type),
        accepted,
      ),
    ),
    line('422 INVALID_FIELD', 'a photo alone, with an unknown parameter', ({ main, photo }) =>
      postAlone(main, `${path}?colour=red`, photo),
    ),
    line('413 FILE_TOO_LARGE', 'a photo alone that is one byte longer than 50 MiB', ({ main }) =>
      postAlone(main, path, Buffer.alloc(50 * MIB + 1)),
    ),
    line('415 IMAGE_UNSUPPORTED', 'an empty body', ({ main }) => postAlone(main, path, Buffer.alloc(0))),
    line(
      '202',
      'a repeated request with the same key',
      ({ main, photo }) => twice(main, path, [filePart(photo)], [filePart(photo)]),
      accepted,
    ),
    line('400 NO_FILE', 'a form without a file', ({ main }) => main.post(path, [fieldPart('name', 'x')])),
    line('400 TOO_MANY_FILES', 'two files', ({ main, photo }) =>
      main.post(path, [filePart(photo), filePart(photo, 'b.jpg', 'image')]),
    ),
    line('400 UNEXPECTED_FILE_FIELD', 'a file in another field', ({ main, photo }) =>
      main.post(path, [filePart(photo, 'a.jpg', 'picture')]),
    ),
    line('413 FILE_TOO_LARGE', 'one byte more than 50 MiB', ({ main }) =>
      main.upload(Buffer.alloc(50 * MIB + 1), [], path),
    ),
    line('415 IMAGE_UNSUPPORTED', 'a file that is not an image', ({ main }) => main.post(path, [noPhoto])),
    line('422 IMAGE_CORRUPT', 'a JPEG without its header', ({ main }) =>
      main.upload(Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0]), [], path),
    ),
    line('422 IMAGE_TOO_LARGE', 'one row of pixels more than 50 Mpx', async ({ main }) =>
      main.upload(await declaredPng(10_000, 5001), [], path),
    ),
    ...anyForm(path, fileFields[0]),
  ]
}

/** Photos of races are tasks like all others. */
function photosElsewhere(): Row[] {
  const line = linesOf('POST /api/v1/tasks')
  const send =
    (fields: Record<string, string>) =>
    ({ main, photo }: World) =>
      main.post('/api/v1/tasks', [...fieldParts(fields), filePart(photo)])
  const byUrl =
    (body: object) =>
    ({ main }: World) =>
      main.request('/api/v1/tasks', { method: 'POST', ...sendJson(body) })
  return [
    line('202', 'a photo of a race', send(ofPhoto.fields), { body: acceptedPhoto }),
    line('202', 'the URL of a photo', byUrl({ source: { url: 'https://photos.example/a.jpg' } }), { body: taskAtUrl }),
    line('422 INVALID_FIELD', 'the URL of a private address', byUrl({ source: { url: 'http://[::1]/a.jpg' } })),
    line('422 INVALID_FIELD', 'no URL', byUrl({ source: {} })),
    line('422 INVALID_FIELD', 'an album without the kind that has one', send({ album: 'valencia-2026' })),
    line('422 INVALID_FIELD', 'an album that is no short name', send({ kind: 'photo.bibs', album: 'Valencia 2026' })),
  ]
}

function photosByUrl(): Row[] {
  const path = '/photos'
  const line = linesOf(`POST ${path}`)
  const send =
    (...body: Parameters<typeof sendJson>) =>
    ({ main }: World) =>
      main.request(path, { method: 'POST', ...sendJson(...body) })
  return [
    line('400 INVALID_JSON', 'invalid JSON', send('{broken')),
    line('413 BODY_TOO_LARGE', 'JSON of more than 100 KB', send({ url: 'x'.repeat(101 * 1024) })),
    line('415 UNSUPPORTED_ENCODING', 'JSON in an unknown encoding', send('{}', { ...json, 'content-encoding': 'own' })),
    line('422 INVALID_FIELD', 'JSON without a URL', send({ photo: 'IMG_0587.jpg' })),
    line('202', 'the URL of a photo', send({ url: 'https://photos.example/IMG_0587.jpg' }), { body: photoAtUrl }),
    line('422 INVALID_FIELD', 'the URL of a private address', send({ url: 'http://10.0.0.1/IMG_0587.jpg' })),
  ]
}

function manyFiles(
  path: string,
  fields: readonly [string, ...string[]],
  shape: z.ZodType<{ items: { name: string }[] }>,
): Row[] {
  const line = linesOf(`POST ${path}`)
  const accepted = { body: shape, headers: { location: /^\/api\/v1\/batches\/[0-9a-f]{24}$/, ...RETRY_AFTER } }
  return [
    line(
      '202',
      'photos, and a file that is not a photo',
      ({ main, photo }) => main.post(path, [filePart(photo), noPhoto, filePart(photo)]),
      accepted,
    ),
    line(
      '202',
      'files in several fields, listed in the order of the form',
      ({ main, photo }) =>
        main.post(
          path,
          [...fields.toReversed(), fields[0]].map((field, at) => filePart(photo, `${at}.jpg`, field)),
        ),
      {
        body: shape.refine(
          namesAre([...fields, ''].map((_, at) => `${at}.jpg`)),
          'the items are in the order of the form',
        ),
      },
    ),
    line(
      '202',
      'a repeated request with the same key',
      ({ main, photo }) => twice(main, path, [filePart(photo)], [filePart(photo)]),
      accepted,
    ),
    line('400 NO_FILE', 'a form without a file', ({ main }) => main.post(path, [fieldPart('name', 'x')])),
    line('400 TOO_MANY_FILES', '101 files', ({ main, photo }) =>
      main.post(
        path,
        Array.from({ length: 101 }, (_, index) => filePart(photo, `${index}.jpg`, 'files')),
      ),
    ),
    line('400 UNEXPECTED_FILE_FIELD', 'a file in another field', ({ main, photo }) =>
      main.post(path, [filePart(photo, 'a.jpg', 'picture')]),
    ),
    line('413 BATCH_TOO_LARGE', 'a request that declares 2 GiB', ({ main }) => declare(main, path, 2048 * MIB)),
    line('422 BATCH_REJECTED', 'only a file that is not a photo', ({ main }) => main.post(path, [noPhoto]), {
      body: rejectedBatch,
    }),
    ...anyForm(path, fields[0]),
  ]
}

function manyUrls(path: string, shape: z.ZodType): Row[] {
  const line = linesOf(`POST ${path}`)
  const send =
    (...body: Parameters<typeof sendJson>) =>
    ({ main }: World) =>
      main.request(path, { method: 'POST', ...sendJson(...body) })
  const items = [{ source: { url: 'https://photos.example/a.jpg' } }]
  return [
    line('202', 'the URLs of photos', send({ items, priority: 'normal', metadata: { race: 1 } }), { body: shape }),
    line('400 INVALID_JSON', 'invalid JSON', send('{broken')),
    line('413 BODY_TOO_LARGE', 'JSON of more than 100 KB', send({ items: 'x'.repeat(101 * 1024) })),
    line('415 UNSUPPORTED_ENCODING', 'JSON in an unknown encoding', send('{}', { ...json, 'content-encoding': 'own' })),
    line('422 INVALID_FIELD', 'JSON without items', send({})),
  ]
}

/** Why a form may be refused, whatever its purpose. */
function anyForm(path: string, field: string): Row[] {
  const line = linesOf(`POST ${path}`)
  const photoPart = (photo: Buffer) => filePart(photo, 'a.jpg', field)
  return [
    line('400 NOT_MULTIPART', 'text', ({ main }) =>
      main.request(path, { method: 'POST', body: 'photo', headers: { 'content-type': 'text/plain' } }),
    ),
    line('400 INVALID_MULTIPART', 'a truncated form', ({ main }) =>
      main.request(path, {
        method: 'POST',
        body: '--x\r\n',
        headers: { 'content-type': 'multipart/form-data; boundary=x' },
      }),
    ),
    line('400 INVALID_IDEMPOTENCY_KEY', 'a key with a space', ({ main, photo }) =>
      main.post(path, [photoPart(photo)], { 'idempotency-key': 'a b' }),
    ),
    line(
      '409 IDEMPOTENCY_IN_FLIGHT',
      'a key that another request is using',
      ({ main, photo }) => whileInUse(main, path, photo, field),
      {
        headers: RETRY_AFTER,
      },
    ),
    line('422 IDEMPOTENCY_KEY_REUSED', 'another request with a used key', ({ main, photo }) =>
      twice(main, path, [photoPart(photo)], [photoPart(photo), fieldPart('name', 'another')]),
    ),
    line('422 INVALID_FIELD', 'an invalid field', ({ main, photo }) =>
      main.post(path, [photoPart(photo), fieldPart('priority', 'at once')]),
    ),
    line(
      '429 TOO_MANY_UPLOADS',
      'too many concurrent uploads from one address',
      ({ main, photo }) => besideOthers(main, path, photo, field),
      {
        headers: RETRY_AFTER,
      },
    ),
    line('503 STORE_UNAVAILABLE', 'while the store is unreachable', ({ away, photo }) =>
      away.post(path, [photoPart(photo)]),
    ),
    line('503 STORAGE_UNAVAILABLE', 'while the data folder is unusable', ({ noDisk, photo }) =>
      noDisk.post(path, [photoPart(photo)]),
    ),
    line('503 OVERLOADED', 'while too many tasks are waiting', ({ busy, photo }) =>
      busy.post(path, [photoPart(photo)]),
    ),
    line('507 STORAGE_FULL', 'while the disk is full', ({ strict, photo }) => strict.post(path, [photoPart(photo)])),
  ]
}

type Parts = Parameters<TestApi['post']>[1]

/** Two requests with the same key, the second as soon as the first has its response. */
/** A photo that is the body itself. */
const postAlone = (api: TestApi, path: string, photo: Buffer, type = 'image/jpeg'): Promise<Answer> =>
  api.request(path, { method: 'POST', body: new Uint8Array(photo), headers: { 'content-type': type } })

async function twice(api: TestApi, path: string, first: Parts, second: Parts): Promise<Answer> {
  const headers = { 'idempotency-key': crypto.randomUUID() }
  const { status } = await api.post(path, first, headers)
  if (status !== 202) throw new Error(`The first request was answered with ${status}`)
  return api.post(path, second, headers)
}

async function whileInUse(api: TestApi, path: string, photo: Buffer, field: string): Promise<Answer> {
  const key = crypto.randomUUID()
  const parts = [filePart(photo, 'a.jpg', field)]
  const giveUp = await beginUpload(api, path, parts, `Idempotency-Key: ${key}`)
  const answer = await api.post(path, parts, { 'idempotency-key': key })
  await giveUp()
  return answer
}

/** The response to an upload from an address that has reached its limit. */
async function besideOthers(api: TestApi, path: string, photo: Buffer, field: string): Promise<Answer> {
  const address = '203.0.113.9'
  const parts = [filePart(photo, 'a.jpg', field)]
  const others: (() => Promise<void>)[] = []
  for (let taken = 0; taken < api.env.UPLOADS_PER_ADDRESS; taken++)
    others.push(await beginUpload(api, path, parts, `X-Forwarded-For: ${address}`))
  const answer = await api.post(path, parts, { 'x-forwarded-for': address })
  await Promise.all(others.map((giveUp) => giveUp()))
  return answer
}

/** Sends half of an upload. The returned function aborts it. */
export async function beginUpload(
  api: TestApi,
  path: string,
  parts: Parts,
  header: string,
): Promise<() => Promise<void>> {
  const { body, contentType } = multipart(parts)
  const before = (await api.temporaryFiles()).length
  const socket = await openSocket(api.port)
  socket.write(requestHead(path, [`Content-Type: ${contentType}`, `Content-Length: ${body.length}`, header]))
  socket.write(body.subarray(0, body.length / 2))
  await until(async () => (await api.temporaryFiles()).length > before, { what: 'an upload in progress' })
  return async () => {
    socket.destroy()
    await until(async () => (await api.temporaryFiles()).length === 0, { what: 'the upload to be aborted' })
  }
}

/** The response to a request that declares its length and sends no body. */
async function declare(api: TestApi, path: string, bytes: number): Promise<Answer> {
  const socket = await openSocket(api.port)
  socket.write(requestHead(path, ['Content-Type: multipart/form-data; boundary=x', `Content-Length: ${bytes}`]))
  const answer = await readAnswer(socket)
  const closed = once(socket, 'close')
  socket.destroy()
  await closed
  return asAnswer(answer)
}

const requestHead = (path: string, headers: string[]): string =>
  [`POST ${path} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n')

const asAnswer = ({ status, headers, text, body }: RawAnswer): Answer => ({
  status,
  headers: new Headers(headers),
  bytes: Buffer.from(text),
  text,
  body,
})

/** A PNG that declares a size in its header; its pixels are not read. */
async function declaredPng(width: number, height: number): Promise<Buffer> {
  const bytes = await samplePng({ width: 16, height: 16 })
  bytes.writeUInt32BE(width, 16)
  bytes.writeUInt32BE(height, 20)
  bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29)
  return bytes
}
