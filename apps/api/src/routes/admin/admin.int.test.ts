import { problem } from '@darkroom/contracts'
import { sampleJpeg, until } from '@darkroom/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { filePart } from '../../../test/multipart.ts'
import { startTestApi, type TestApi } from '../../../test/start-test-api.ts'

const TOKEN = 'a token of the test, hard to guess'.replaceAll(' ', '-')
const HTML = 'text/html,application/xhtml+xml,*/*;q=0.8'

const pausePath = (api: TestApi) => `/api/v1/queues/${api.names.queue}/pause`

/** Everything that asks for an operator: method and path. */
const guarded = (api: TestApi): [method: 'get' | 'post' | 'put', path: string][] => [
  ['post', pausePath(api)],
  ['post', `/api/v1/queues/${api.names.queue}/resume`],
  ['post', '/api/v1/dead-letters/replay'],
  ['get', '/admin/queues'],
  ['get', '/admin/queues/api/queues'],
  ['put', `/admin/queues/api/queues/${api.names.queue}/pause`],
]

const isPaused = async (api: TestApi): Promise<boolean> => api.queue.bullmq.isPaused()

let addresses = 0
/** From an address of its own: wrong tokens count by address. */
const elsewhere = () => ({ 'x-forwarded-for': `192.0.2.${++addresses}` })

describe('with an ADMIN_TOKEN', () => {
  let api: TestApi
  beforeAll(async () => {
    api = await startTestApi({ ADMIN_TOKEN: TOKEN, ALLOWED_HOSTS: 'darkroom.test' })
  })
  afterAll(() => api.stop())

  type Agent = ReturnType<TestApi['agent']>
  const logIn = (agent: Agent, token = TOKEN) => agent.post('/admin/login').type('form').send({ token })
  const signedIn = async (): Promise<Agent> => {
    const agent = api.agent()
    await logIn(agent).expect(303)
    return agent
  }

  it('requests without it are refused, even from this machine', async () => {
    const wrong = [
      '',
      'Bearer',
      'Bearer ',
      `Bearer ${TOKEN}x`,
      `Bearer ${TOKEN.toUpperCase()}`,
      `Basic ${btoa(`admin:${TOKEN}`)}`,
      TOKEN,
    ]
    for (const [method, path] of guarded(api)) {
      for (const authorization of wrong) {
        const { status, body, headers } = await api
          .agent()
          [method](path)
          .set({ ...elsewhere(), ...(authorization && { authorization }) })
        expect([method, path, authorization, status, problem.parse(body).code]).toEqual([
          method,
          path,
          authorization,
          401,
          'KEY_REQUIRED',
        ])
        expect(headers['www-authenticate']).toBe('Bearer realm="darkroom"')
      }
    }
    expect(await isPaused(api)).toBe(false)
  })

  it('requests with it can pause and resume', async () => {
    const operator = api.agent().auth(TOKEN, { type: 'bearer' })
    await operator.post(pausePath(api)).expect(200)
    expect(await isPaused(api)).toBe(true)
    await operator.post(pausePath(api).replace('pause', 'resume')).expect(200)
    expect(await isPaused(api)).toBe(false)
  })

  it('read-only requests do not need it', async () => {
    for (const path of ['/api/v1/queues', '/api/v1/dead-letters', '/api/v1/stats', '/metrics', '/health']) {
      const { status } = await api.agent().get(path)
      expect([path, status]).toEqual([path, 200])
    }
  })

  it('a browser is redirected to a form, a program is not', async () => {
    const browser = api.agent().accept(HTML)
    await browser.get('/admin/queues').expect(303).expect('Location', '/admin/login')
    const { text } = await browser
      .get('/admin/login')
      .expect(200)
      .expect('Content-Security-Policy', /default-src 'none'.*frame-ancestors 'none'/)
      .expect('Cache-Control', 'no-store')
    expect(text).toContain('<form method="post"')
  })

  it('signing in leads to the requested page, and nowhere else', async () => {
    const browser = api.agent().accept(HTML)
    const wanted = `/admin/queues/queue/${api.names.queue}?status=failed`
    const form = `/admin/login?next=${encodeURIComponent(wanted)}`
    await browser.get(wanted).expect('Location', form)
    const [, action] = /action="([^"]+)"/.exec((await browser.get(form)).text) ?? []
    const signIn = (path: string) => api.agent().post(path).type('form').send({ token: TOKEN })
    await signIn(`/admin/${action}`).expect('Location', wanted)
    for (const page of ['/queue', '/tasks?status=failed&q=IMG%202041+x', '/?x=1'])
      await signIn(`/admin/login?next=${encodeURIComponent(page)}`).expect('Location', page)
    for (const next of [
      '/tasks?q="><script>',
      '//evil.example?q=/tasks',
      '/tasks//evil.example',
      'https://evil.example',
      '//evil.example',
      '/admin/queues/../../x',
      '/admin/queuesx',
      '/admin/queues/"><script>',
      '',
    ])
      await signIn(`/admin/login?next=${encodeURIComponent(next)}`).expect('Location', '/admin/queues')
  })

  it('the board shows photo names and links to their tasks', async () => {
    const bytes = await sampleJpeg({ width: 30, height: 20 })
    const { body } = await api.post('/api/v1/tasks', [filePart(bytes, 'Beach at noon.jpg')])
    const { id } = body as { id: string }
    await until(async () => (await api.queue.find(id, 1)) !== undefined, { what: 'the job' })
    const board = await signedIn()
    const { text } = await board.get(
      `/admin/queues/api/queues?activeQueue=${api.names.queue}&status=prioritized&jobsPerPage=10`,
    )
    expect(text).toContain('beach-at-noon')
    expect(text).toContain(`/api/v1/tasks/${id}`)
  })

  it('the form only accepts the token', async () => {
    for (const wrong of ['', 'no', `${TOKEN} `, `${TOKEN}\n`]) {
      const refused = await logIn(api.agent(), wrong).set(elsewhere()).expect(401)
      expect(refused.get('Set-Cookie')).toBeUndefined()
      expect(refused.text).toContain('This token is not valid')
    }
    const accepted = await logIn(api.agent()).expect(303).expect('Location', '/admin/queues')
    const [cookie = ''] = accepted.get('Set-Cookie') ?? []
    expect(cookie).toMatch(/HttpOnly/i)
    expect(cookie).toMatch(/SameSite=Strict/i)
    expect(cookie).not.toMatch(/Secure/i)
    expect(cookie).not.toContain(TOKEN)
    await logIn(api.agent())
      .set('X-Forwarded-Proto', 'https')
      .expect('Set-Cookie', /Secure/i)
  })

  it('the cookie gives access to the board, and to the API for our own pages', async () => {
    const browser = await signedIn()
    await browser.get('/admin/queues').accept(HTML).expect(200)
    await browser.post(pausePath(api)).set({ host: 'darkroom.test', origin: 'http://darkroom.test' }).expect(200)
    expect(await isPaused(api)).toBe(true)
    await api.queue.resume()
  })

  it('pages of other sites cannot use it', async () => {
    const browser = await signedIn()
    for (const [name, value] of [
      ['origin', 'https://evil.example'],
      ['sec-fetch-site', 'cross-site'],
      ['sec-fetch-site', 'same-site'],
      ['origin', 'null'],
    ] as const) {
      const { status, body } = await browser.post(pausePath(api)).set(name, value)
      expect([status, problem.parse(body).code]).toEqual([403, 'CROSS_SITE_REQUEST'])
    }
    expect(await isPaused(api)).toBe(false)
  })

  it('a forged or modified cookie is invalid', async () => {
    const [cookie = ''] = (await logIn(api.agent())).get('Set-Cookie') ?? []
    const [, name = '', until = '', signature = ''] = /^(\w+)=(\w+)\.([^;]+)/.exec(cookie) ?? []
    const send = (value: string) =>
      api
        .agent()
        .post(pausePath(api))
        .set({ ...elsewhere(), cookie: `${name}=${value}` })
    for (const forged of ['', until, `${Number(until) + 1}.${signature}`, `${until}.${signature.slice(0, -1)}`]) {
      expect([forged, (await send(forged)).status]).toEqual([forged, 401])
    }
    await send(`${until}.${signature}`).expect(200)
    await api.queue.resume()
  })

  it('signing out removes the cookie', async () => {
    const browser = await signedIn()
    await browser
      .post('/admin/logout')
      .set({ host: 'darkroom.test', origin: 'http://darkroom.test' })
      .expect(303)
      .expect('Location', '/admin/login')
      .expect('Set-Cookie', /darkroom_admin=;.*Expires=Thu, 01 Jan 1970/)
    expect((await browser.post(pausePath(api))).status).toBe(401)
  })

  it('nine wrong tokens a minute are checked, wherever they are sent; others are not hindered', async () => {
    const guesser = elsewhere()
    const guess = (count: number) =>
      api
        .agent()
        .get('/api/v1/keys')
        .set({ ...guesser, authorization: `Bearer guess-${count}` })
    for (let count = 0; count < 7; count++) await guess(count).expect(401)
    await logIn(api.agent(), 'guess').set(guesser).expect(401)
    await api
      .agent()
      .get('/admin/queues')
      .set({ ...guesser, cookie: 'darkroom_admin=1.guess' })
      .expect(401)
    const refused = await guess(9).expect(429)
    expect(problem.parse(refused.body).code).toBe('TOO_MANY_TRIES')
    expect(Number(refused.get('Retry-After'))).toBeGreaterThan(0)
    // Not even the right one is told from a wrong one.
    await api.agent().get('/api/v1/keys').set(guesser).auth(TOKEN, { type: 'bearer' }).expect(429)
    await logIn(api.agent()).set(guesser).expect(429)
    await logIn(api.agent()).set(elsewhere()).expect(303)
    const { body } = await api
      .agent()
      .post('/api/v1/keys')
      .auth(TOKEN, { type: 'bearer' })
      .send({ name: 'x', scopes: ['keys:admin'] })
    await api
      .agent()
      .get('/api/v1/keys')
      .set(guesser)
      .auth((body as { key: string }).key, { type: 'bearer' })
      .expect(200)
    await api.agent().get('/api/v1/tasks').set(guesser).expect(200)
  })

  it('malformed forms do no harm', async () => {
    const odd: [string, string][] = [
      ['application/x-www-form-urlencoded', 'token[]=a&token[]=b'],
      ['application/x-www-form-urlencoded', `token=${TOKEN}&token=${TOKEN}`],
      ['application/x-www-form-urlencoded', 'x'.repeat(10_000)],
      ['application/json', JSON.stringify({ token: TOKEN })],
      ['text/plain', TOKEN],
    ]
    for (const [type, body] of odd) {
      const answer = await api.agent().post('/admin/login').type(type).send(body)
      expect(answer.status).toBeGreaterThanOrEqual(400)
      expect(answer.status).toBeLessThan(500)
      expect(answer.get('Set-Cookie')).toBeUndefined()
    }
  })
})

it('without an ADMIN_TOKEN, operator requests are refused, wherever they come from', async () => {
  const api = await startTestApi({ ADMIN_TOKEN: '' })
  for (const [method, path] of guarded(api)) {
    for (const headers of [{}, { 'x-forwarded-for': '127.0.0.1' }, { authorization: 'Bearer anything-at-all' }]) {
      const answer = await api.request(path, {
        method: method.toUpperCase(),
        headers: headers as Record<string, string>,
      })
      expect([method, path, answer.status, problem.parse(answer.body).code]).toEqual([
        method,
        path,
        401,
        'KEY_REQUIRED',
      ])
    }
  }
  expect((await api.agent().post('/admin/login').type('form').send({ token: 'anything-at-all' })).status).toBe(401)
  expect(await isPaused(api)).toBe(false)
  await api.stop()
})

describe('the board', () => {
  let api: TestApi
  beforeAll(async () => {
    api = await startTestApi({ ADMIN_TOKEN: TOKEN })
  })
  afterAll(() => api.stop())
  const operator = () => api.agent().auth(TOKEN, { type: 'bearer' })

  it('loads nothing from other origins', async () => {
    const { text, headers } = await operator()
      .get('/admin/queues')
      .accept(HTML)
      .expect('Content-Security-Policy', /default-src 'self'.*frame-ancestors 'none'/)
    expect(headers).not.toHaveProperty('x-powered-by')
    expect(text).not.toMatch(/(?:src|href)="(?:https?:)?\/\//)
    const assets = [...text.matchAll(/(?:src|href)="(static\/[^"]+)"/g)].map(([, path]) => `/admin/queues/${path}`)
    expect(assets.length).toBeGreaterThan(3)
    for (const path of assets) expect([path, (await operator().get(path)).status]).toEqual([path, 200])
  })

  it('shows the queue and changes nothing', async () => {
    const { body } = await operator().get('/admin/queues/api/queues?activeQueue=&page=1').expect(200)
    expect((body as { queues: object[] }).queues).toContainEqual(
      expect.objectContaining({ name: api.names.queue, readOnlyMode: true, allowRetries: false }),
    )
    for (const method of ['put', 'post', 'patch', 'delete'] as const) {
      const refused = await operator()[method](`/admin/queues/api/queues/${api.names.queue}/pause`)
      expect([method, refused.status, problem.parse(refused.body).code]).toEqual([method, 405, 'METHOD_NOT_ALLOWED'])
    }
    expect(await isPaused(api)).toBe(false)
  })
})
