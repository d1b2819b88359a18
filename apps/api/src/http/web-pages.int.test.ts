import { problem } from '@darkroom/contracts'
import { sampleJpeg } from '@darkroom/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { filePart } from '../../test/multipart.ts'
import { sendRaw } from '../../test/raw-http.ts'
import { startTestApi, type TestApi } from '../../test/start-test-api.ts'

const SHOP = 'https://shop.example.com'
const EVIL = 'https://evil.example'

let api: TestApi
let open: TestApi
beforeAll(async () => {
  api = await startTestApi({ ALLOWED_HOSTS: 'photos.example.com,.internal.test', CORS_ORIGINS: SHOP })
  open = await startTestApi({ ALLOWED_HOSTS: '*', CORS_ORIGINS: '*' })
})
afterAll(async () => {
  await open.stop()
  await api.stop()
})

describe('the host name', () => {
  const statusFor = async (host: string, on = api): Promise<number> =>
    (await on.agent().get('/api/v1/tasks').set('Host', host)).status

  it.each(['127.0.0.1:3000', '[::1]:3000', '192.0.2.7', 'localhost:3000', 'api:3000', 'app.localhost'])(
    '%s is always accepted',
    async (host) => expect(await statusFor(host)).toBe(200),
  )

  it.each(['photos.example.com', 'PHOTOS.example.com.:443', 'a.b.internal.test'])('%s is one of ours', async (host) =>
    expect(await statusFor(host)).toBe(200),
  )

  it.each([
    'evil.example',
    '127.0.0.1.evil.example:3000',
    'localhost.evil.example',
    'xphotos.example.com',
    'internal.test',
  ])('%s is not', async (host) => {
    const { status, body } = await api.agent().get('/api/v1/tasks').set('Host', host)
    expect([status, problem.parse(body).code]).toEqual([421, 'HOST_NOT_ALLOWED'])
    expect(await statusFor(host, open)).toBe(200)
  })
})

describe('a change', () => {
  const create = async (headers: Record<string, string>, on = api) =>
    on.post('/api/v1/tasks', [filePart(await sampleJpeg({ width: 30, height: 20 }))], headers)

  it.each([
    ['no web page', {}],
    ['a page of ours', { 'sec-fetch-site': 'same-origin' }],
    ['the address bar', { 'sec-fetch-site': 'none' }],
    ['a listed origin', { origin: SHOP, 'sec-fetch-site': 'cross-site' }],
  ])('of %s is accepted', async (_who, headers) => {
    expect((await create(headers)).status).toBe(202)
  })

  it.each([
    ['another origin', { origin: EVIL }],
    ['another origin with a token', { origin: EVIL, authorization: 'Bearer x' }],
    ['a listed origin over HTTP', { origin: 'http://shop.example.com' }],
    ['another port', { origin: 'http://127.0.0.1:1' }],
    ['a sandbox', { origin: 'null' }],
    ['another site without an origin', { 'sec-fetch-site': 'cross-site' }],
    ['a sibling site', { 'sec-fetch-site': 'same-site' }],
  ])('of %s is refused', async (_who, headers) => {
    const { status, body } = await create(headers)
    expect([status, problem.parse(body).code]).toEqual([403, 'CROSS_SITE_REQUEST'])
    expect((await create(headers, open)).status).toBe(202)
  })

  it('is refused before its body arrives, on every method and path', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      for (const path of ['/api/v1/tasks', '/api/v1/batches', '/api/jobs', '/admin/login', '/nowhere']) {
        const head = [
          `${method} ${path} HTTP/1.1`,
          ...['Host: localhost', `Origin: ${EVIL}`, 'Content-Type: multipart/form-data; boundary=x'],
          ...['Content-Length: 1000000', '', ''],
        ]
        expect([method, path, (await sendRaw(api.port, head.join('\r\n'))).status]).toEqual([method, path, 403])
      }
    }
  })
})

describe('CORS', () => {
  const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' }
  const ask = async (origin: string, on = api) =>
    on.request('/api/v1/tasks', { method: 'OPTIONS', headers: { origin, ...preflight } })

  it('lets pages of listed origins send requests and read responses', async () => {
    const { status, headers } = await ask(SHOP)
    expect([status, headers.get('access-control-allow-origin')]).toEqual([204, SHOP])
    expect(headers.get('access-control-allow-headers')).toBe('authorization')
    const { headers: read } = await api.request('/api/v1/tasks', { headers: { origin: SHOP } })
    expect(read.get('access-control-allow-origin')).toBe(SHOP)
    expect(read.get('access-control-expose-headers')).toContain('Retry-After')
    expect(read.get('access-control-allow-credentials')).toBeNull()
  })

  it('does not let others', async () => {
    expect((await ask(EVIL)).headers.get('access-control-allow-origin')).toBeNull()
    expect((await ask(EVIL, open)).headers.get('access-control-allow-origin')).toBe('*')
  })
})
