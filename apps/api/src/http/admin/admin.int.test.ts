import { networkInterfaces } from 'node:os'
import { problem } from '@darkroom/contracts'
import { sampleJpeg, until } from '@darkroom/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { filePart } from '../../../test/multipart.ts'
import { sendRaw } from '../../../test/raw-http.ts'
import { startTestApi, type TestApi } from '../../../test/start-test-api.ts'

const TOKEN = 'a token of the test, hard to guess'.replaceAll(' ', '-')
const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

/** An address of this machine that is not loopback. */
const outside = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address

const pausePath = (api: TestApi) => `/api/v1/queues/${api.names.queue}/pause`

/** Everything that asks for an operator: method and path. */
const guarded = (api: TestApi): [method: string, path: string][] => [
  ['POST', pausePath(api)],
  ['POST', `/api/v1/queues/${api.names.queue}/resume`],
  ['POST', '/api/v1/dead-letters/replay'],
  ['GET', '/admin/queues'],
  ['GET', '/admin/queues/api/queues'],
  ['PUT', `/admin/queues/api/queues/${api.names.queue}/pause`],
  ['POST', '/admin/logout'],
]

const isPaused = async (api: TestApi): Promise<boolean> => api.queue.bullmq.isPaused()

describe('with an ADMIN_TOKEN', () => {
  let api: TestApi
  beforeAll(async () => {
    api = await startTestApi({ ADMIN_TOKEN: TOKEN })
  })
  afterAll(() => api.stop())

  const send = (path: string, headers: Record<string, string> = {}, method = 'POST', body?: string) =>
    api.request(path, { method, headers, ...(body !== undefined && { body }) })
  const login = (token: string, headers: Record<string, string> = {}) =>
    send(
      '/admin/login',
      { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      'POST',
      new URLSearchParams({ token }).toString(),
    )
  const cookieOf = async (): Promise<string> => (await login(TOKEN)).headers.get('set-cookie')?.split(';')[0] ?? ''

  it('nobody else gets through, from this machine neither', async () => {
    const wrong = ['', 'Bearer', 'Bearer ', `Bearer ${TOKEN}x`, `Bearer ${TOKEN.toUpperCase()}`, `Basic ${btoa(`admin:${TOKEN}`)}`, TOKEN]
    for (const [method, path] of guarded(api)) {
      for (const authorization of wrong) {
        const { status, body, headers } = await send(path, authorization ? { authorization } : {}, method)
        expect([method, path, authorization, status, problem.parse(body).code]).toEqual([
          method,
          path,
          authorization,
          401,
          'ADMIN_TOKEN_REQUIRED',
        ])
        expect(headers.get('www-authenticate')).toMatch(/^Bearer realm="darkroom"/)
      }
    }
    expect(await isPaused(api)).toBe(false)
  })

  it('whoever shows it may pause and resume', async () => {
    const authorization = `Bearer ${TOKEN}`
    expect((await send(pausePath(api), { authorization })).status).toBe(200)
    expect(await isPaused(api)).toBe(true)
    expect((await send(pausePath(api).replace('pause', 'resume'), { authorization })).status).toBe(200)
    expect(await isPaused(api)).toBe(false)
  })

  it('what only reads needs none', async () => {
    for (const path of ['/api/v1/queues', '/api/v1/dead-letters', '/api/v1/stats', '/metrics', '/health']) {
      expect([path, (await api.request(path)).status]).toEqual([path, 200])
    }
  })

  it('a browser is led to a form, and a program is not', async () => {
    const { status, headers } = await api.request('/admin/queues', { headers: HTML })
    expect([status, headers.get('location')]).toEqual([303, '/admin/login'])
    const form = await api.request('/admin/login', { headers: HTML })
    expect(form.status).toBe(200)
    expect(form.text).toContain('<form method="post"')
    expect(form.headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/)
    expect(form.headers.get('cache-control')).toBe('no-store')
  })

  it('after signing in one gets where one wanted, and nowhere else', async () => {
    const wanted = `/admin/queues/queue/${api.names.queue}?status=failed`
    const { headers } = await api.request(wanted, { headers: HTML })
    const form = headers.get('location') ?? ''
    expect(form).toBe(`/admin/login?next=${encodeURIComponent(wanted)}`)
    const [, action] = /action="([^"]+)"/.exec((await api.request(form, { headers: HTML })).text) ?? []
    const signIn = (path: string) =>
      send(path, { 'content-type': 'application/x-www-form-urlencoded' }, 'POST', new URLSearchParams({ token: TOKEN }).toString())
    expect((await signIn(`/admin/${action}`)).headers.get('location')).toBe(wanted)
    for (const next of [
      'https://evil.example',
      '//evil.example',
      '/admin/queues/../../x',
      '/admin/queuesx',
      '/admin/queues/"><script>',
      '',
    ])
      expect((await signIn(`/admin/login?next=${encodeURIComponent(next)}`)).headers.get('location')).toBe('/admin/queues')
  })

  it('the board names photos and leads to their tasks', async () => {
    const bytes = await sampleJpeg({ width: 30, height: 20 })
    const { body } = await api.post('/api/v1/tasks', [filePart(bytes, 'Beach at noon.jpg')])
    const { id } = body as { id: string }
    await until(async () => (await api.queue.find(id, 1)) !== undefined, { what: 'the job' })
    const cookie = await cookieOf()
    const { text } = await api.request(`/admin/queues/api/queues?activeQueue=${api.names.queue}&status=prioritized&jobsPerPage=10`, {
      headers: { cookie },
    })
    expect(text).toContain('beach-at-noon')
    expect(text).toContain(`/api/v1/tasks/${id}`)
  })

  it('the form takes the token and nothing else', async () => {
    for (const wrong of ['', 'no', `${TOKEN} `, `${TOKEN}\n`]) {
      const { status, headers, text } = await login(wrong)
      expect([status, headers.get('set-cookie')]).toEqual([401, null])
      expect(text).toContain('That is not the token')
    }
    const { status, headers } = await login(TOKEN)
    expect([status, headers.get('location')]).toEqual([303, '/admin/queues'])
    const cookie = headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/HttpOnly/i)
    expect(cookie).toMatch(/SameSite=Strict/i)
    expect(cookie).not.toMatch(/Secure/i)
    expect(cookie).not.toContain(TOKEN)
    expect((await login(TOKEN, { 'x-forwarded-proto': 'https' })).headers.get('set-cookie')).toMatch(/Secure/i)
  })

  it('the cookie opens the board, and the API to pages of its own', async () => {
    const cookie = await cookieOf()
    const board = await api.request('/admin/queues', { headers: { cookie, ...HTML } })
    expect(board.status).toBe(200)
    expect((await send(pausePath(api), { cookie, origin: api.url })).status).toBe(200)
    await api.queue.resume()
  })

  it('a page of another site cannot use it', async () => {
    const cookie = await cookieOf()
    for (const foreign of [
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'null' },
    ]) {
      const { status, body } = await send(pausePath(api), { cookie, ...foreign } as Record<string, string>)
      expect([status, problem.parse(body).code]).toEqual([403, 'CROSS_SITE_REQUEST'])
    }
    expect(await isPaused(api)).toBe(false)
  })

  it('a forged or changed cookie is none', async () => {
    const [name = '', value = ''] = (await cookieOf()).split('=')
    const [until = '', signature = ''] = value.split('.')
    for (const forged of ['', until, `${Number(until) + 1}.${signature}`, `${until}.${signature.slice(0, -1)}`]) {
      expect((await send(pausePath(api), { cookie: `${name}=${forged}` })).status).toBe(401)
    }
  })

  it('signing out takes the cookie away', async () => {
    const { status, headers } = await send('/admin/logout', { cookie: await cookieOf(), origin: api.url })
    expect([status, headers.get('location')]).toEqual([303, '/admin/login'])
    expect(headers.get('set-cookie')).toMatch(/darkroom_admin=;.*Expires=Thu, 01 Jan 1970/)
  })

  it('odd forms do no harm', async () => {
    const odd: [string, string][] = [
      ['application/x-www-form-urlencoded', 'token[]=a&token[]=b'],
      ['application/x-www-form-urlencoded', `token=${TOKEN}&token=${TOKEN}`],
      ['application/x-www-form-urlencoded', 'x'.repeat(10_000)],
      ['application/json', JSON.stringify({ token: TOKEN })],
      ['text/plain', TOKEN],
    ]
    for (const [type, body] of odd) {
      const { status, headers } = await send('/admin/login', { 'content-type': type }, 'POST', body)
      expect(status).toBeGreaterThanOrEqual(400)
      expect(status).toBeLessThan(500)
      expect(headers.get('set-cookie')).toBeNull()
    }
  })
})

describe('without an ADMIN_TOKEN', () => {
  let api: TestApi
  beforeAll(async () => {
    api = await startTestApi({ HOST: '0.0.0.0' })
  })
  afterAll(() => api.stop())

  it('this machine gets through', async () => {
    for (const host of ['127.0.0.1', 'localhost']) {
      const post = (path: string) => fetch(`http://${host}:${api.port}${path}`, { method: 'POST' })
      expect((await post(pausePath(api))).status).toBe(200)
      expect((await post(pausePath(api).replace('pause', 'resume'))).status).toBe(200)
    }
    expect((await api.request('/admin/queues', { headers: HTML })).status).toBe(200)
    expect((await api.request('/admin/login')).headers.get('location')).toBe('/admin/queues')
  })

  it.skipIf(outside === undefined)('another machine does not, whatever its headers claim', async () => {
    for (const [method, path] of guarded(api)) {
      for (const headers of [
        {},
        { 'x-forwarded-for': '127.0.0.1' },
        { forwarded: 'for=127.0.0.1' },
        { authorization: 'Bearer anything-at-all' },
      ]) {
        const answer = await fetch(`http://${outside}:${api.port}${path}`, {
          method,
          headers: headers as Record<string, string>,
          redirect: 'manual',
        })
        expect([method, path, answer.status, problem.parse(await answer.json()).code]).toEqual([method, path, 403, 'ADMIN_LOCAL_ONLY'])
      }
    }
    expect(await isPaused(api)).toBe(false)
  })

  it('what a proxy on this machine hands on does not', async () => {
    for (const name of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via']) {
      expect((await api.request(pausePath(api), { method: 'POST', headers: { [name]: '127.0.0.1' } })).status).toBe(403)
    }
  })

  it('a web page under a name of its own does not', async () => {
    for (const host of ['evil.example', `127.0.0.1.evil.example:${api.port}`, 'localhost.evil.example']) {
      const { status, body } = await sendRaw(api.port, `POST ${pausePath(api)} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 0\r\n\r\n`)
      expect([status, problem.parse(body).code]).toEqual([403, 'ADMIN_LOCAL_ONLY'])
    }
    const { status } = await api.request(pausePath(api), { method: 'POST', headers: { origin: 'https://evil.example' } })
    expect(status).toBe(403)
  })
})

describe('the board', () => {
  let api: TestApi
  beforeAll(async () => {
    api = await startTestApi()
  })
  afterAll(() => api.stop())

  it('needs nothing from anywhere else', async () => {
    const { text, headers } = await api.request('/admin/queues', { headers: HTML })
    expect(headers.get('content-security-policy')).toMatch(/default-src 'self'.*frame-ancestors 'none'/)
    expect(headers.get('x-powered-by')).toBeNull()
    expect(text).not.toMatch(/(?:src|href)="(?:https?:)?\/\//)
    const assets = [...text.matchAll(/(?:src|href)="(static\/[^"]+)"/g)].map(([, path]) => `/admin/queues/${path}`)
    expect(assets.length).toBeGreaterThan(3)
    for (const path of assets) expect([path, (await api.request(path)).status]).toEqual([path, 200])
  })

  it('shows the queue and changes nothing', async () => {
    const { status, body } = await api.request('/admin/queues/api/queues?activeQueue=&page=1')
    expect(status).toBe(200)
    expect(body).toMatchObject({ queues: [{ name: api.names.queue, readOnlyMode: true, allowRetries: false }] })
    for (const method of ['PUT', 'POST', 'PATCH', 'DELETE']) {
      const refused = await api.request(`/admin/queues/api/queues/${api.names.queue}/pause`, { method })
      expect([method, refused.status, problem.parse(refused.body).code]).toEqual([method, 405, 'METHOD_NOT_ALLOWED'])
    }
    expect(await isPaused(api)).toBe(false)
  })
})
