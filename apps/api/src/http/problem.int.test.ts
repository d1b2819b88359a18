import { problem, task as taskSchema } from '@darkroom/contracts'
import type { Logger } from '@darkroom/runtime'
import { recordLog, sampleJpeg, until } from '@darkroom/testing'
import express from 'express'
import supertest from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fieldPart, filePart } from '../../test/multipart.ts'
import { startTestApi, type Answer, type TestApi } from '../../test/start-test-api.ts'
import { AppError } from '../app-error.ts'
import { toAppError } from '../to-app-error.ts'
import { problemHandler } from './problem.ts'

let api: TestApi
let photo: Buffer
let taskId: string

beforeAll(async () => {
  api = await startTestApi()
  photo = await sampleJpeg({ width: 64, height: 48 })
})
afterAll(() => api.stop())

/** The answer may be a moment ahead of the removal. */
const noTemporaryFiles = () =>
  until(async () => (await api.temporaryFiles()).length === 0, { what: 'no temporary file' })

const problemOf = ({ headers, body }: Answer) => {
  expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  return problem.strict().parse(body)
}

it('a problem has a stable code, a detail and the path', async () => {
  const answer = await api.request(`/api/v1/tasks/${'0'.repeat(24)}?secret=1`)
  expect(problemOf(answer)).toEqual({
    type: 'about:blank',
    title: 'Task not found',
    status: 404,
    detail: expect.any(String),
    code: 'TASK_NOT_FOUND',
    instance: `/api/v1/tasks/${'0'.repeat(24)}`,
  })
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  expect(answer.headers.get('etag')).toBeNull()
})

it.each([
  '/nowhere',
  '/api',
  '/api/v2/tasks',
  '/api/v1',
  '/API/V1/TASKS',
  '/api/v1/tasks/a/b/c',
  '/.env',
  '/api/v1/../../etc/passwd',
])('%s does not exist', async (path) => {
  const answer = await api.request(path)
  expect([answer.status, problemOf(answer).code]).toEqual([404, 'ROUTE_NOT_FOUND'])
})

/** Every path of the API with the methods that it takes. */
const paths: Record<string, readonly string[]> = {
  '/api/v1/tasks': ['GET', 'HEAD', 'POST'],
  '/api/v1/tasks/:id': ['DELETE', 'GET', 'HEAD', 'PATCH'],
  '/api/v1/tasks/:id/cancel': ['POST'],
  '/api/v1/tasks/:id/retry': ['POST'],
  '/api/v1/tasks/:id/download': ['GET', 'HEAD'],
  '/api/v1/queues': ['GET', 'HEAD'],
  '/api/v1/queues/:queue/stats': ['GET', 'HEAD'],
  '/api/v1/queues/:queue/jobs': ['GET', 'HEAD'],
  '/api/v1/tasks/:id/events': ['GET', 'HEAD'],
  '/api/v1/tasks/:id/download-url': ['POST'],
  '/api/v1/batches': ['GET', 'HEAD', 'POST'],
  '/api/v1/batches/:id': ['GET', 'HEAD'],
  '/api/jobs': ['GET', 'HEAD', 'POST'],
  '/api/jobs/:id': ['GET', 'HEAD'],
  '/api/jobs/:id/status': ['GET', 'HEAD'],
  '/api/jobs/:id/download': ['GET', 'HEAD'],
  '/health': ['GET', 'HEAD'],
  '/api/health': ['GET', 'HEAD'],
  '/livez': ['GET', 'HEAD'],
  '/readyz': ['GET', 'HEAD'],
}
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'PURGE']
const filled = (path: string): string => path.replace(':id', taskId).replace(':queue', api.names.queue)

describe.each(Object.entries(paths))('%s', (path, taken) => {
  beforeAll(async () => {
    taskId = taskSchema.parse((await api.upload(photo)).body).id
  })

  it('refuses other methods and lists the supported ones', async () => {
    for (const method of methods.filter((candidate) => !taken.includes(candidate))) {
      const answer = await api.request(filled(path), { method })
      expect(answer.status).toBe(405)
      if (method !== 'HEAD') expect(problemOf(answer).code).toBe('METHOD_NOT_ALLOWED')
      const allow = answer.headers.get('allow')?.split(', ') ?? []
      expect(allow.filter((name) => name !== 'OPTIONS').toSorted()).toEqual([...taken])
    }
  })

  it('lists the supported methods for OPTIONS', async () => {
    const { status, headers } = await api.request(filled(path), { method: 'OPTIONS' })
    expect(status).toBe(204)
    for (const method of taken) expect(headers.get('allow')).toContain(method)
  })

  it('responds to any input with a result or a problem', async () => {
    const multipartHead = { 'content-type': 'multipart/form-data; boundary=x' }
    const bodies: { headers?: Record<string, string>; body?: string }[] = [
      {},
      { headers: { 'content-type': 'application/json' }, body: '{broken' },
      { headers: { 'content-type': 'application/json' }, body: '{"status":{"$gt":""}}' },
      { headers: { 'content-type': 'multipart/form-data' }, body: 'no boundary' },
      { headers: multipartHead, body: '--x\r\n\r\n\r\n--x--\r\n' },
      { headers: multipartHead, body: '--x' },
      { headers: { 'content-type': 'text/\u00e9' }, body: 'x' },
      { headers: { 'content-encoding': 'gzip', ...multipartHead }, body: 'not gzip' },
      { headers: { 'content-encoding': 'gzip', 'content-type': 'application/json' }, body: 'not gzip' },
      { headers: { 'content-type': 'application/json; charset=none' }, body: '{}' },
    ]
    const queries = [
      '',
      '?a[b][c]=1',
      '?status[$ne]=1',
      '?page=%00',
      '?%E0%A4%A',
      '?limit=1&limit=2',
      '?__proto__[x]=1',
      '?resolution=1',
      `?a=${'x'.repeat(5000)}`,
    ]
    const shapes = [
      filled(path),
      path.replace(':id', '%2e%2e%2f').replace(':queue', '%00'),
      path.replace(/:id|:queue/, '%E0%A4%A'),
    ]
    const requests = shapes.flatMap((shape) => [
      ...queries.map((query) => ({ path: shape + query, method: 'GET', headers: {}, body: undefined })),
      ...bodies.flatMap((body) =>
        ['POST', 'PUT', 'PATCH', 'DELETE'].map((method) => ({ path: shape, method, ...body })),
      ),
    ])
    for (const { path: asked, method, headers, body } of requests) {
      const answer = await api.request(asked, {
        method,
        ...(headers && { headers }),
        ...(body !== undefined && { body }),
      })
      expect({ asked, method, body, isFault: answer.status >= 500 }).toMatchObject({ isFault: false })
      if (answer.status >= 400) expect(problemOf(answer).code).toMatch(/^[A-Z][A-Z_]+$/)
    }
  })
})

describe('an invalid form', () => {
  let originals: string[]
  beforeAll(async () => {
    originals = await api.filesIn('storage')
  })

  const file = () => filePart(photo)
  const postJson = (body: object) =>
    api.request('/api/v1/tasks', {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    })

  it.each([
    ['no form at all', 400, 'NOT_MULTIPART', () => api.request('/api/v1/tasks', { method: 'POST' })],
    ['JSON without a kind', 422, 'INVALID_FIELD', () => postJson({})],
    ['JSON for a kind that needs a file', 422, 'INVALID_FIELD', () => postJson({ kind: 'image.optimize', input: {} })],
    [
      'text without a form',
      400,
      'NOT_MULTIPART',
      () =>
        api.request('/api/v1/tasks', {
          method: 'POST',
          body: new Uint8Array(photo),
          headers: { 'content-type': 'text/plain' },
        }),
    ],
    ['no file', 400, 'NO_FILE', () => api.post('/api/v1/tasks', [fieldPart('name', 'x')])],
    ['an empty form', 400, 'NO_FILE', () => api.post('/api/v1/tasks', [])],
    ['a file without a name', 400, 'NO_FILE', () => api.post('/api/v1/tasks', [filePart(photo, '')])],
    ['the file as text', 400, 'NO_FILE', () => api.post('/api/v1/tasks', [fieldPart('file', 'bytes')])],
    ['two files', 400, 'TOO_MANY_FILES', () => api.post('/api/v1/tasks', [file(), filePart(photo, 'b.jpg', 'image')])],
    ['two files of one field', 400, 'TOO_MANY_FILES', () => api.post('/api/v1/tasks', [file(), file()])],
    [
      'a file in another field',
      400,
      'UNEXPECTED_FILE_FIELD',
      () => api.post('/api/v1/tasks', [filePart(photo, 'a.jpg', 'photo')]),
    ],
    [
      'no boundary',
      400,
      'INVALID_MULTIPART',
      () =>
        api.request('/api/v1/tasks', { method: 'POST', body: 'x', headers: { 'content-type': 'multipart/form-data' } }),
    ],
    ['a form cut off', 400, 'INVALID_MULTIPART', () => cutOff()],
    [
      'a part without a name',
      400,
      'INVALID_MULTIPART',
      () =>
        api.post('/api/v1/tasks', [
          { name: '', value: 'x' },
          { ...file(), name: '' },
        ]),
    ],
    [
      'too many fields',
      400,
      'INVALID_MULTIPART',
      () =>
        api.post('/api/v1/tasks', [file(), ...Array.from({ length: 30 }, (_, index) => fieldPart(`f${index}`, ''))]),
    ],
    ['nested fields', 400, 'INVALID_MULTIPART', () => api.post('/api/v1/tasks', [fieldPart('a[b][c]', ''), file()])],
    [
      'a field name without end',
      400,
      'INVALID_MULTIPART',
      () => api.post('/api/v1/tasks', [fieldPart('n'.repeat(200), ''), file()]),
    ],
    ['text', 415, 'IMAGE_UNSUPPORTED', () => api.post('/api/v1/tasks', [filePart(Buffer.from('I am a photo'))])],
    ['an empty file', 415, 'IMAGE_UNSUPPORTED', () => api.post('/api/v1/tasks', [filePart(Buffer.alloc(0))])],
    [
      'an SVG that calls itself JPEG',
      415,
      'IMAGE_UNSUPPORTED',
      () => api.upload(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')),
    ],
    ['a JPEG without its header', 422, 'IMAGE_CORRUPT', () => api.upload(Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0]))],
  ])('%s: %i %s', async (_what, status, code, send) => {
    const answer = await send()
    expect([answer.status, problemOf(answer).code]).toEqual([status, code])
    await noTemporaryFiles()
  })

  const cutOff = () =>
    api.request('/api/v1/tasks', {
      method: 'POST',
      body: '--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\nhalf a pho',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
    })

  it.each([
    [{ ttlSeconds: '59' }, ['/ttlSeconds']],
    [{ priority: 'now', kind: 'video.render' }, ['/kind', '/priority']],
    [{ metadata: '[]' }, ['/metadata']],
    [{ metadata: '{"a":{"$where":"1"}}' }, ['/metadata']],
    [{ metadata: '{"a":{"_bsontype":"Code"}}' }, ['/metadata']],
    [{ name: 'x'.repeat(256) }, ['/name']],
    [{ colour: 'red' }, ['/colour']],
    [{ __proto__x: '1', constructor: 'x' }, ['/__proto__x', '/constructor']],
    [{ metadata: `{"a":"${'x'.repeat(110_000)}"}` }, ['/metadata']],
  ] as [Record<string, string>, string[]][])('invalid fields are listed with 422 (%#)', async (fields, pointers) => {
    const answer = await api.upload(
      photo,
      Object.entries(fields).map(([name, value]) => fieldPart(name, value)),
    )
    const { code, errors } = problemOf(answer)
    expect([answer.status, code]).toEqual([422, 'INVALID_FIELD'])
    expect(errors?.map(({ pointer }) => pointer).toSorted()).toEqual(pointers)
    await noTemporaryFiles()
  })

  it('a field called __proto__ is an ordinary field', async () => {
    const answer = await api.upload(photo, [fieldPart('__proto__', 'x')])
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    problemOf(answer)
  })

  it('none of them left an original behind', async () => {
    expect(await api.filesIn('storage')).toEqual(originals)
  })
})

it('a refusal of thousands of requests is logged as one warning, internal errors each time', async () => {
  const { log, lines } = recordLog<Logger>()
  const app = express()
  app.get('/busy', () => {
    throw new AppError('OVERLOADED', 'Nothing more is taken right now.')
  })
  app.get('/broken', () => {
    throw new Error('a fault')
  })
  app.use(problemHandler(log, toAppError))
  for (let round = 0; round < 3; round++) for (const path of ['/busy', '/broken']) await supertest(app).get(path)
  expect(lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
    'warn OVERLOADED',
    ...['error INTERNAL', 'debug OVERLOADED', 'error INTERNAL', 'debug OVERLOADED', 'error INTERNAL'],
  ])
})
