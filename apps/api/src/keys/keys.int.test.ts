// Every operation of the OpenAPI document with every kind of key, so that no new one is forgotten.
import {
  SCOPES,
  stats,
  variantKey,
  type AuditPage,
  type CreatedApiKey,
  type Health,
  type Scope,
  type Task,
} from '@darkroom/contracts'
import { sampleJpeg, until } from '@darkroom/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SignInStore } from './sign-in-store.ts'
import { createOpenApiDocument } from '../routes/docs/document.ts'
import { openEventStream } from '../../test/event-stream.ts'
import { openJobSocket } from '../../test/job-socket.ts'
import { filePart, multipart } from '../../test/multipart.ts'
import { OPERATOR, startTestApi, type TestApi } from '../../test/start-test-api.ts'
import { completedOf, historyOf, variantOf } from '../../test/task-history.ts'

interface Operation {
  operationId: string
  security?: Record<string, string[]>[]
  requestBody?: { content: Record<string, { examples?: Record<string, { value: unknown }> }> }
}

const limits = { maxFileBytes: 1, maxRosterBytes: 1, maxPixels: 1, maxFiles: 1, maxBatchBytes: 1, ttlSeconds: 1 }
const operations = Object.entries(createOpenApiDocument(limits).paths ?? {}).flatMap(([path, methods]) =>
  Object.entries(methods as Record<string, Operation>).map(([method, operation]) => ({ path, method, operation })),
)
type Each = (typeof operations)[number]
const scopeOf = ({ operation }: Each): Scope | undefined =>
  operation.security?.[0]?.['apiKey']?.[0] as Scope | undefined
const guarded = operations.filter((each) => scopeOf(each) !== undefined)
const withId = guarded.filter(({ path }) => path.includes('{id}'))
const named = (each: Each): string => `${each.method.toUpperCase()} ${each.path}`

let api: TestApi
let photo: Buffer
/** Operations in a situation that were answered as they should be. */
const met: Record<string, number> = {}
const isMet = (situation: string): void => void (met[situation] = (met[situation] ?? 0) + 1)
const ids = { Task: '', Batch: '', Key: '', Webhook: '' }
const UNKNOWN = { Task: 'f'.repeat(24), Batch: 'f'.repeat(24), Key: 'f'.repeat(16), Webhook: 'f'.repeat(24) }

/** Chance alone leaves 15 to 85 % of so many pairs once in 100,000 runs. */
const PAIRS = 40

const bearer = (key: string) => ({ authorization: `Bearer ${key}` })
let addresses = 0
/** Wrong tokens count by address. */
const elsewhere = () => ({ 'x-forwarded-for': `192.0.2.${++addresses % 250}` })
const asJson = { 'content-type': 'application/json' }
async function createKey(fields: object, as: Record<string, string> = OPERATOR): Promise<CreatedApiKey> {
  const init = { method: 'POST', headers: { ...asJson, ...as }, body: JSON.stringify({ name: 'test', ...fields }) }
  const { status, body } = await api.request('/api/v1/keys', init)
  expect(status).toBe(201)
  return body as CreatedApiKey
}

beforeAll(async () => {
  photo = await sampleJpeg({ width: 30, height: 20 })
  api = await startTestApi({ AUTH: 'keys', URL_SIGNING_KEYS: `k1:${'s'.repeat(32)}` })
  ids.Task = ((await api.post('/api/v1/tasks', [filePart(photo)], OPERATOR)).body as Task).id
  ids.Batch = ((await api.post('/api/v1/batches', [filePart(photo)], OPERATOR)).body as { batchId: string }).batchId
  ids.Key = (await createKey({})).id
  const fields = { url: 'https://shop.example.com/', events: ['webhook.disabled'] }
  const init = { method: 'POST', headers: { ...asJson, ...OPERATOR }, body: JSON.stringify(fields) }
  ids.Webhook = ((await api.request('/api/v1/webhooks', init)).body as { id: string }).id
})
afterAll(async () => {
  const counts = Object.entries(met).map(([situation, count]) => `${situation} ${count}`)
  console.log(`keys: of ${guarded.length} operations refused as they should be: ${counts.join(', ')}`)
  await api.stop()
})

const KINDS_OF_ID = { batches: 'Batch', keys: 'Key', webhooks: 'Webhook' } as const
const kindOf = (path: string): keyof typeof ids => {
  const [, resource = ''] = /\/(batches|keys|webhooks)\//.exec(path) ?? []
  return KINDS_OF_ID[resource as keyof typeof KINDS_OF_ID] ?? 'Task'
}

/** A request as its example in the document shows it. */
function send({ path, method, operation }: Each, headers: Record<string, string>, id: string) {
  const url = path.replace('{id}', id).replace('{deliveryId}', 'f'.repeat(24)).replace('{name}', api.names.queue)
  const content = operation.requestBody?.content ?? {}
  if ('multipart/form-data' in content) {
    const { body, contentType } = multipart([filePart(photo)])
    return api.request(url, {
      method: method.toUpperCase(),
      headers: { 'content-type': contentType, ...headers },
      body,
    })
  }
  const [example] = Object.values(content['application/json']?.examples ?? {})
  const init =
    example === undefined ? { headers } : { headers: { ...asJson, ...headers }, body: JSON.stringify(example.value) }
  return api.request(url, { method: method.toUpperCase(), ...init })
}

it('covers every operation but the probes and the document', () => {
  expect(operations.filter((each) => scopeOf(each) === undefined).map(named)).toEqual([
    'GET /d/{token}',
    'GET /health',
    'GET /livez',
    'GET /readyz',
    'GET /openapi.json',
  ])
  expect(guarded.length).toBeGreaterThan(20)
})

describe.each(guarded.map((each) => [named(each), each] as const))('%s', (_name, each) => {
  const id = () => ids[kindOf(each.path)]

  it('refuses a missing, malformed, unknown, wrong, expired and revoked key alike', async () => {
    const [wrong, expired, revoked] = [
      await createKey({}),
      await createKey({ scopes: SCOPES }),
      await createKey({ scopes: SCOPES }),
    ]
    await api.database.collection('keys').updateOne({ _id: expired.id as never }, { $set: { expiresAt: new Date(1) } })
    await api.database.collection('keys').updateOne({ _id: revoked.id as never }, { $set: { revokedAt: new Date() } })
    const keys = {
      missing: '',
      malformed: 'x',
      unknown: `drk_${'0'.repeat(16)}_${'a'.repeat(43)}`,
      wrong: `${wrong.key.slice(0, -4)}aaaa`,
      expired: expired.key,
      revoked: revoked.key,
    }
    const answers = await Promise.all(
      Object.entries(keys).map(async ([how, key]) => ({
        how,
        ...(await send(each, { ...elsewhere(), ...(key && bearer(key)) }, id())),
      })),
    )
    for (const { how, status, headers, body } of answers) {
      expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="darkroom"'])
      expect(body).toEqual(answers[0]?.body)
      isMet(how)
    }
  })

  it('refuses a key with every scope but its own', async () => {
    const { key } = await createKey({ scopes: SCOPES.filter((scope) => scope !== scopeOf(each)) })
    const { status, body } = await send(each, bearer(key), id())
    expect([status, body]).toMatchObject([403, { code: 'SCOPE_MISSING' }])
    isMet('other scope')
  })
})

describe.each(withId.map((each) => [named(each), each] as const))('%s', (_name, each) => {
  it("answers another tenant's id exactly like an unknown one", async () => {
    const kind = kindOf(each.path)
    const { key } = await createKey({ tenant: 'stranger', scopes: SCOPES })
    const [foreign, unknown] = [await send(each, bearer(key), ids[kind]), await send(each, bearer(key), UNKNOWN[kind])]
    expect(foreign.status).toBe(404)
    expect(foreign.text.replaceAll(ids[kind], UNKNOWN[kind])).toBe(unknown.text)
    isMet('foreign id')
  })
})

it("another tenant's id takes as long to refuse as an unknown one", async () => {
  const { key } = await createKey({ tenant: 'stranger', scopes: SCOPES })
  const reads = withId.filter(({ method }) => method === 'get')
  expect(reads.length).toBeGreaterThan(3)
  const timed = async (each: Each, id: string): Promise<number> => {
    const since = performance.now()
    await send(each, bearer(key), id)
    return performance.now() - since
  }
  for (const each of reads) {
    const kind = kindOf(each.path)
    let slower = 0
    // In pairs, so that a busy machine slows both alike: if they cost the same, each is the slower one in half of them.
    for (let pair = 0; pair < PAIRS; pair++) {
      const first = await timed(each, pair % 2 === 0 ? ids[kind] : UNKNOWN[kind])
      const second = await timed(each, pair % 2 === 0 ? UNKNOWN[kind] : ids[kind])
      if (first > second === (pair % 2 === 0)) slower++
    }
    const share = slower / PAIRS
    expect([named(each), share > 0.15 && share < 0.85, share]).toEqual([named(each), true, share])
  }
})

describe('a tenant', () => {
  it('sees its own tasks, jobs and keys only', async () => {
    const { key } = await createKey({ tenant: 'shop', scopes: SCOPES })
    const read = async (path: string, as: Record<string, string>) =>
      (await api.request(path, { headers: as })).body as {
        items: { id?: string; data?: { tenant: string } }[]
        total?: number
      }
    const { id } = (await api.post('/api/v1/tasks', [filePart(photo)], bearer(key))).body as Task
    expect((await read('/api/v1/tasks', bearer(key))).items.map((task) => task.id)).toEqual([id])
    expect((await read('/api/v1/tasks', OPERATOR)).items.map((task) => task.id)).not.toContain(id)
    expect((await api.request(`/api/v1/tasks/${id}`, { headers: OPERATOR })).status).toBe(404)
    expect((await read('/api/v1/keys', bearer(key))).items.length).toBe(1)
    expect((await read('/api/v1/keys?tenant=default', bearer(key))).items).toEqual([])
    expect((await read('/api/v1/keys?tenant=shop', OPERATOR)).items.length).toBe(1)
    const jobs = `/api/v1/queues/${api.names.queue}/jobs?state=waiting`
    await until(async () => (await read(jobs, bearer(key))).items.length === 1, { what: 'the job' })
    expect((await read(jobs, OPERATOR)).items.every(({ data }) => data?.tenant === 'default')).toBe(true)
  })

  it('does not see what the clean-ups of all tenants removed', async () => {
    const cleanups = api.database.collection<{ _id: string }>('cleanup-totals')
    await cleanups.updateOne({ _id: 'all' }, { $set: { runs: 3, bytesFreed: 1234 } }, { upsert: true })
    const { key } = await createKey({ tenant: 'shop', scopes: SCOPES })
    const { body } = await api.request('/api/v1/stats', { headers: bearer(key) })
    expect(stats.parse(body).cleanup).toMatchObject({ runs: 0, bytesFreed: 0 })
  })

  it('can neither pause queues nor see the board, whatever its scopes', async () => {
    const { key } = await createKey({ tenant: 'shop', scopes: SCOPES })
    const queue = `/api/v1/queues/${api.names.queue}`
    for (const [method, path] of [
      ['POST', `${queue}/pause`],
      ['POST', `${queue}/resume`],
      ['GET', '/admin/queues'],
      ['GET', '/admin/queues/api/queues'],
    ] as const) {
      const { status, body } = await api.request(path, { method, headers: bearer(key) })
      const detail = 'This concerns all tenants: it requires a key of the tenant default.'
      expect([path, status, body]).toMatchObject([path, 403, { code: 'SCOPE_MISSING', detail }])
    }
    expect(await api.queue.bullmq.isPaused()).toBe(false)
  })

  it('can neither create keys for others nor grant what it lacks', async () => {
    const { key } = await createKey({ tenant: 'shop', scopes: ['keys:admin', 'tasks:read'] })
    for (const fields of [{ tenant: 'default' }, { scopes: ['queues:admin'] }]) {
      const init = {
        method: 'POST',
        headers: { ...asJson, ...bearer(key) },
        body: JSON.stringify({ name: 'x', scopes: ['tasks:read'], ...fields }),
      }
      expect((await api.request('/api/v1/keys', init)).body).toMatchObject({ code: 'SCOPE_MISSING' })
    }
    expect(await createKey({ scopes: ['tasks:read'] }, bearer(key))).toMatchObject({ tenant: 'shop' })
    const { id } = await createKey({ tenant: 'shop', scopes: SCOPES })
    const init = { method: 'POST', headers: { ...asJson, ...bearer(key) }, body: JSON.stringify({}) }
    expect((await api.request(`/api/v1/keys/${id}/rotate`, init)).body).toMatchObject({ code: 'SCOPE_MISSING' })
  })
})

describe.each(['default', 'shop'])('a signed URL of the tenant %s', (tenant) => {
  const bytes = Buffer.from('not looked at by a download')
  let url: URL
  let id: string
  beforeAll(async () => {
    const { key } = await createKey({ tenant })
    ;({ id } = (await api.post('/api/v1/tasks', [filePart(photo)], bearer(key))).body as Task)
    const images = (['1024', '800'] as const).map((resolution) => ({
      ...variantOf(resolution, 600, 'a'.repeat(32), bytes.length),
      path: variantKey(tenant, 'photo', resolution, 'a'.repeat(32)),
    }))
    for (const { path } of images) await api.storage.put(path, bytes)
    await api.tell({ ...completedOf({ id }, images), tenant })
    const headers = bearer(key)
    const read = async () => (await api.request(`/api/v1/tasks/${id}`, { headers })).body as Task
    await until(async () => (await read()).status === 'completed', { what: 'a completed task' })
    const body = JSON.stringify({ resolution: '800' })
    const init = { method: 'POST', headers: { ...asJson, ...headers }, body }
    url = new URL(((await api.request(`/api/v1/tasks/${id}/download-url`, init)).body as { url: string }).url)
  })

  it('downloads its file without a key', async () => {
    const { status, bytes: given } = await api.request(url.pathname + url.search)
    expect([status, given.equals(bytes)]).toEqual([200, true])
  })

  it('opens nothing else, and without it the file needs a key', async () => {
    const path = url.pathname
    for (const other of [`${path}/..`, `${path}?resolution=1024`, `${path}?file=1024&id=${ids.Task}`])
      expect((await api.request(other)).bytes.equals(bytes)).toBe(!other.endsWith('..'))
    for (const open of [`/api/v1/tasks/${id}/download`, `/api/jobs/${id}/download`, `/api/v1/tasks/${id}`])
      expect((await api.request(open + url.search)).body).toMatchObject({ status: 401, code: 'KEY_REQUIRED' })
    expect((await api.request(path.slice(0, -1))).body).toMatchObject({ status: 403, code: 'INVALID_SIGNATURE' })
  })
})

describe('what an administrator does', () => {
  const read = async (as: Record<string, string>, query = '?limit=100') =>
    (await api.request(`/api/v1/audit${query}`, { headers: as })).body as AuditPage
  const post = (path: string, headers: Record<string, string>) => api.request(path, { method: 'POST', headers })

  it('is in the audit log, for its tenant and the default one', async () => {
    const admin = await createKey({ tenant: 'audited', scopes: SCOPES })
    const as = bearer(admin.key)
    const queue = `/api/v1/queues/${api.names.queue}`
    for (const path of [`${queue}/pause`, `${queue}/resume`, '/api/v1/queues/none/pause']) await post(path, as)
    const made = await createKey({ scopes: ['tasks:read'] }, as)
    const page = await until(
      async () => {
        const { items } = await read(as)
        return items.every(({ status }) => status !== null) && items
      },
      { what: 'the outcome of every act' },
    )
    const common = { tenant: 'audited', keyId: admin.id, address: '127.0.0.1' }
    const pause = { ...common, action: 'POST /api/v1/queues/:name/pause', request: null, result: null }
    expect(page).toMatchObject([
      {
        ...{ ...common, action: 'POST /api/v1/keys', path: '/api/v1/keys', status: 201 },
        ...{ request: { name: 'test', scopes: ['tasks:read'] }, result: { keyId: made.id } },
      },
      { ...pause, path: '/api/v1/queues/none/pause', status: 403 },
      { ...common, action: 'POST /api/v1/queues/:name/resume', status: 403 },
      { ...pause, path: `${queue}/pause`, status: 403 },
    ])
    expect(JSON.stringify(page)).not.toContain(made.key)
    const all = (await read(OPERATOR)).items
    expect(all).toEqual(expect.arrayContaining(page))
    expect(all).toContainEqual(expect.objectContaining({ keyId: null, result: { keyId: admin.id } }))
  })

  it('is in the audit log without a key that is in its path by mistake', async () => {
    const { key } = await createKey({})
    await post(`/api/v1/queues/${key}/pause`, OPERATOR)
    const { items } = await read(OPERATOR, '?limit=1')
    expect(items).toMatchObject([{ path: '/api/v1/queues/dr*_.../pause' }])
  })

  it('is read in pages, newest first, and cannot be changed', async () => {
    const first = await read(OPERATOR, '?limit=1')
    const second = await read(OPERATOR, `?limit=1&cursor=${first.nextCursor}`)
    expect([...first.items, ...second.items]).toEqual((await read(OPERATOR, '?limit=2')).items)
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      expect((await api.request('/api/v1/audit', { method, headers: OPERATOR })).status).toBe(405)
      const entry = `/api/v1/audit/${first.items[0]?.id}`
      expect((await api.request(entry, { method, headers: OPERATOR })).status).toBe(404)
    }
  })
})

it('health tells strangers what works, and those who may read queues the rest', async () => {
  const { key: shop } = await createKey({ scopes: ['tasks:read'] })
  const { key: autoscaler } = await createKey({ scopes: ['queues:read'] })
  const ask = async (headers: Record<string, string>) => (await api.request('/health', { headers })).body as Health
  const services = { redis: true, mongo: true, queue: true, storage: true }
  for (const headers of [{}, bearer('wrong'), bearer(shop)])
    expect(await ask({ ...elsewhere(), ...headers })).toEqual({
      ...{ status: 'ok', services },
      ...{ pending: null, diskFreeBytes: null },
    })
  for (const headers of [OPERATOR, bearer(autoscaler)])
    expect(await ask(headers)).toMatchObject({ pending: expect.any(Number), diskFreeBytes: expect.any(Number) })
})

describe('a key', () => {
  const status = async (key: string) => (await api.request('/api/v1/tasks', { headers: bearer(key) })).status

  it('is stored as its hash, and its use is noted', async () => {
    const { id, key } = await createKey({})
    expect(key).toMatch(/^drk_[0-9a-f]{16}_[\w-]{43}$/)
    const stored = () => api.database.collection('keys').findOne({ _id: id as never })
    // Knowing the id of a key is not using it.
    expect(await status(`${key.slice(0, -43)}${'x'.repeat(43)}`)).toBe(401)
    expect(await stored()).toMatchObject({ lastUsedAt: null })
    expect(await status(key)).toBe(200)
    await until(async () => (await stored())?.['lastUsedAt'] instanceof Date, { what: 'its use' })
    expect(JSON.stringify(await stored())).not.toContain(key.split('_').slice(2).join('_'))
  })

  it('revoked by another process is refused within 5 seconds', async () => {
    const { id, key } = await createKey({})
    expect(await status(key)).toBe(200)
    await api.database.collection('keys').updateOne({ _id: id as never }, { $set: { revokedAt: new Date() } })
    await until(async () => (await status(key)) === 401, { what: 'a refusal', timeoutMs: 5000 })
  })

  it('revoked here is refused at once; a rotated one after its grace period', async () => {
    const { id, key } = await createKey({})
    expect(await status(key)).toBe(200)
    const init = { method: 'POST', headers: { ...asJson, ...OPERATOR }, body: JSON.stringify({ graceSeconds: 0 }) }
    const rotated = (await api.request(`/api/v1/keys/${id}/rotate`, init)).body as CreatedApiKey
    expect([await status(key), await status(rotated.key)]).toEqual([401, 200])
    expect((await api.request(`/api/v1/keys/${rotated.id}`, { method: 'DELETE', headers: OPERATOR })).status).toBe(204)
    expect(await status(rotated.key)).toBe(401)
  })

  it.each(['revoked', 'expired'])('that is %s elsewhere ends its streams and sockets within 5 seconds', async (how) => {
    const [ended, kept] = [await createKey({}), await createKey({})]
    const { id } = (await api.post('/api/v1/tasks', [filePart(photo)], bearer(kept.key))).body as Task
    const open = ({ key }: CreatedApiKey) => ({
      stream: openEventStream(`${api.url}/api/v1/tasks/${id}/events`, bearer(key)),
      socket: openJobSocket(api.url, { auth: { token: key }, reconnection: false }),
    })
    const [of, other] = [open(ended), open(kept)]
    const [stream, socket, otherStream, otherSocket] = await Promise.all([
      of.stream,
      of.socket,
      other.stream,
      other.socket,
    ])
    await socket.subscribe(id)
    const change = how === 'revoked' ? { revokedAt: new Date() } : { expiresAt: new Date() }
    await api.database.collection('keys').updateOne({ _id: ended.id as never }, { $set: change })
    const since = performance.now()
    await Promise.all([stream.end(), until(() => socket.closed.length > 0, { what: 'the end of the socket' })])
    expect(performance.now() - since).toBeLessThan(5000)
    expect([otherSocket.closed, otherStream.isOver()]).toEqual([[], false])
    otherSocket.leave()
    await otherStream.leave()
  })

  it('opens no socket if it is wrong, and one that only hears of jobs of its tenant [S4.5]', async () => {
    const [own, foreign] = [await createKey({ tenant: 'alpha' }), await createKey({ tenant: 'beta' })]
    const { id, jobId } = (await api.post('/api/v1/tasks', [filePart(photo)], bearer(own.key))).body as Task
    for (const token of [`${own.key.slice(0, -4)}aaaa`, 'x', ''])
      await expect(openJobSocket(api.url, { auth: { token }, extraHeaders: elsewhere() })).rejects.toMatchObject({
        message: expect.stringContaining('requires a valid API key'),
        data: { code: 'KEY_REQUIRED' },
      })
    const open = ({ key }: CreatedApiKey) => openJobSocket(api.url, { auth: { token: key } })
    const [socket, other] = await Promise.all([open(own), open(foreign)])
    expect((await other.subscribe(jobId)).error?.code).toBe('TASK_NOT_FOUND')
    await socket.subscribe(jobId)
    await socket.hears('job:progress', jobId)
    let heard = 1
    for (const event of historyOf({ id, tenant: 'alpha' }, [{ progress: 2, end: 'completed' }])) {
      await api.tell(event)
      heard++
      await until(() => socket.of(jobId).length === heard, { what: event.eventType })
    }
    expect(socket.storyOf(jobId)).toEqual(['pending 0', 'active 0', 'active 10', 'active 20', 'job:completed'])
    // What was sent before the answer to a later request has arrived by then.
    await other.subscribe(jobId)
    expect(other.heard.map(({ name }) => name)).toEqual(['job:error', 'job:error'])
    socket.leave()
    other.leave()
  })

  it('that is revoked cannot be rotated', async () => {
    const { id } = await createKey({})
    await api.request(`/api/v1/keys/${id}`, { method: 'DELETE', headers: OPERATOR })
    const init = { method: 'POST', headers: { ...asJson, ...OPERATOR }, body: JSON.stringify({}) }
    const before = await api.database.collection('keys').countDocuments({ revokedAt: null })
    const { status, body } = await api.request(`/api/v1/keys/${id}/rotate`, init)
    expect([status, body]).toMatchObject([409, { code: 'KEY_ENDED' }])
    expect(await api.database.collection('keys').countDocuments({ revokedAt: null })).toBe(before)
  })

  it('keeps what it may see out of caches', async () => {
    const { key } = await createKey({})
    const { headers } = await api.request(`/api/v1/tasks/${ids.Task}`, { headers: bearer(key) })
    expect(headers.get('cache-control')).toBe('no-store')
  })
})

describe('a browser', () => {
  it('signs in with a code, but only once, and not by a preview of the link', async () => {
    const { id } = await createKey({ scopes: SCOPES })
    const code = await new SignInStore(api.database).create('code', id, new Date(Date.now() + 60_000))
    const late = await new SignInStore(api.database).create('code', id, new Date(Date.now() - 1))
    const open = (wanted: string) => api.agent().get(`/admin/sign-in?code=${wanted}`)
    await api.agent().head(`/admin/sign-in?code=${code}`).expect(200)
    const browser = api.agent()
    const { headers } = await browser.get(`/admin/sign-in?code=${code}`).expect(303).expect('Location', '/admin/queues')
    expect(headers['set-cookie']?.[0]).toMatch(/^darkroom_admin=[\w-]{43};.*HttpOnly; SameSite=Strict$/)
    await browser.get('/admin/queues').accept('text/html').expect(200)
    for (const wanted of [code, late, 'x']) expect((await open(wanted)).status).toBe(401)
  })

  it('signs in with a key, until it is revoked', async () => {
    const { id, key } = await createKey({ scopes: SCOPES })
    const form = api.agent()
    await form.post('/admin/login').type('form').send({ token: key }).expect(303)
    await form.get('/admin/queues').accept('text/html').expect(200)
    await api.request(`/api/v1/keys/${id}`, { method: 'DELETE', headers: OPERATOR })
    await form.get('/admin/queues').accept('text/html').expect(303).expect('Location', '/admin/login')
  })

  it('signs out, whatever its key permits, and its session has ended', async () => {
    const { key } = await createKey({ scopes: ['tasks:read'] })
    const browser = api.agent()
    const { headers } = await browser.post('/admin/login').type('form').send({ token: key }).expect(303)
    const cookie = headers['set-cookie']?.[0]?.split(';')[0] ?? ''
    await browser.get('/api/v1/tasks').expect(200)
    await browser.post('/admin/logout?next=%2Ftasks').expect(303).expect('Location', '/tasks')
    await browser.get('/api/v1/tasks').expect(401)
    await api.agent().get('/api/v1/tasks').set('cookie', cookie).expect(401)
  })
})
