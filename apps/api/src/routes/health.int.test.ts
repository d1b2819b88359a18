import { readFile, rename } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { sampleJpeg, until, startTcpProxy, type TcpProxy } from '@darkroom/testing'
import mongoose from 'mongoose'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { z } from 'zod'
import { recordCommands } from '../../test/queries/record-commands.ts'
import { OPERATOR, startTestApi, type TestApi } from '../../test/start-test-api.ts'

const health = z.strictObject({
  status: z.enum(['ok', 'degraded', 'down']),
  services: z.strictObject({ redis: z.boolean(), mongo: z.boolean(), queue: z.boolean(), storage: z.boolean() }),
  pending: z.number().int().nullable(),
  diskFreeBytes: z.number().nullable(),
  reasons: z.array(z.string()).optional(),
  warnings: z.array(z.string()).optional(),
})

let redis: TcpProxy
let mongo: TcpProxy
let api: TestApi

beforeAll(async () => {
  redis = await startTcpProxy(inject('redisUrl'))
  mongo = await startTcpProxy(inject('mongoUrl'))
  api = await startTestApi({ REDIS_URL: redis.url }, { mongoServer: mongo.url })
})
afterAll(async () => {
  await api.stop()
  await redis.stop()
  await mongo.stop()
})

const ask = async (path = '/health') => {
  const { status, body } = await api.request(path, { signal: AbortSignal.timeout(5000) })
  return { code: status, ...health.parse(body) }
}

/**
 * Each probe is made once a second, however often it is asked for. Connections to the same store
 * are not lost at the same instant, so it may take more than one to find all the faults.
 */
const askUntil = (wanted: string, faults = 1) =>
  until(
    async () => {
      const answer = await ask()
      return answer.status === wanted && (wanted === 'ok' || (answer.reasons?.length ?? 0) >= faults) && answer
    },
    { what: `health to be ${wanted}` },
  )

it.each(['/health', '/api/health', '/api/v1/health'])('%s reports that everything is ok [S0.14]', async (path) => {
  await api.upload(await sampleJpeg({ width: 64, height: 48 }))
  const { diskFreeBytes, ...rest } = await ask(path)
  expect(rest).toMatchObject({
    code: 200,
    status: 'ok',
    services: { redis: true, mongo: true, queue: true, storage: true },
  })
  expect(rest.pending).toBeGreaterThan(0)
  expect(diskFreeBytes).toBeGreaterThan(0)
})

it('the process is alive and ready', async () => {
  for (const path of ['/livez', '/readyz'])
    expect(await api.request(path)).toMatchObject({ status: 200, body: { status: 'ok' } })
})

describe.each(['cut', 'freeze'] as const)('%s', (outage) => {
  it('without Redis the service is degraded, but responds and is ready [S0.14]', async () => {
    await redis[outage]()
    const { code, services, reasons } = await askUntil('degraded', 2)
    expect([code, services]).toEqual([200, { redis: false, mongo: true, queue: false, storage: true }])
    expect(reasons).toEqual([expect.stringMatching(/^queue: ./), expect.stringMatching(/^redis: ./)])
    for (const path of ['/livez', '/readyz']) expect((await api.request(path)).status).toBe(200)
    await redis.cut()
    await redis.restore()
    await askUntil('ok')
  })

  it('without MongoDB it is down, alive, and not ready', async () => {
    await mongo[outage]()
    const { code, services, pending, reasons } = await askUntil('down')
    expect([code, services.mongo, pending]).toEqual([503, false, null])
    expect(reasons).toEqual([expect.stringMatching(/^mongo: ./)])
    expect((await api.request('/livez')).status).toBe(200)
    expect(await api.request('/readyz')).toMatchObject({
      status: 503,
      body: { status: 'not ready', reason: expect.stringMatching(/^mongo: ./) },
    })
    await mongo.cut()
    await mongo.restore()
    await until(async () => (await api.request('/readyz')).status === 200, {
      what: 'MongoDB to be back',
      timeoutMs: 20_000,
    })
  })
})

it('a disk with too little free space is reported, and uploads are refused', async () => {
  const full = await startTestApi({ MIN_FREE_BYTES: String(Number.MAX_SAFE_INTEGER) })
  const { status, body } = await full.request('/health')
  expect([status, health.parse(body).services.storage]).toEqual([503, false])
  const refused = await full.upload(await sampleJpeg({ width: 64, height: 48 }))
  expect([refused.status, refused.body]).toMatchObject([507, { code: 'STORAGE_FULL' }])
  expect(refused.headers.get('retry-after')).not.toBeNull()
  for (const folder of ['storage', 'uploads']) expect(await full.filesIn(folder)).toEqual([])
  await full.stop()
})

it('an unusable data folder is reported with the reason, and uploads are refused', async () => {
  const broken = await startTestApi({ DATA_DIR: '/proc/none' }, { waitUntilReady: false })
  await until(async () => health.parse((await broken.request('/health')).body).services.mongo, { what: 'MongoDB' })
  const { status, body } = await broken.request('/health')
  expect([status, body]).toMatchObject([
    503,
    {
      status: 'down',
      services: { storage: false },
      reasons: expect.arrayContaining([expect.stringMatching(/^storage: .*ENOENT/)]),
    },
  ])
  expect(await broken.request('/readyz')).toMatchObject({
    status: 503,
    body: { reason: expect.stringMatching(/^storage: /) },
  })
  const refused = await broken.upload(await sampleJpeg({ width: 2000, height: 1500 }))
  expect([refused.status, refused.body]).toMatchObject([503, { code: 'STORAGE_UNAVAILABLE' }])
  expect(refused.headers.get('retry-after')).not.toBeNull()
  await broken.stop()
})

it('only callers who may read queues learn why a service does not work', async () => {
  const broken = await startTestApi({ AUTH: 'keys', DATA_DIR: '/proc/none' }, { waitUntilReady: false })
  await until(async () => health.parse((await broken.request('/health')).body).services.mongo, { what: 'MongoDB' })
  for (const path of ['/readyz', '/health']) {
    const asked = async (headers: Record<string, string>) =>
      JSON.stringify((await broken.request(path, { headers })).body)
    expect(await asked(OPERATOR)).toContain('ENOENT')
    expect(await asked({})).not.toContain('ENOENT')
  }
  expect((await broken.request('/readyz')).body).toEqual({ status: 'not ready', reason: 'storage: see the log' })
  await broken.stop()
})

it('uploads are refused if the data folder is replaced', async () => {
  const moved = await startTestApi()
  const marker = join(moved.dataDir, '.darkroom.json')
  await until(() => readFile(marker).catch(() => false), { what: 'the marker' })
  await until(async () => (await moved.request('/readyz')).status === 200)
  await rename(marker, `${marker}.away`)
  await until(async () => (await moved.request('/readyz')).status === 503, { what: 'an API that is not ready' })
  expect((await moved.upload(await sampleJpeg({ width: 64, height: 48 }))).body).toMatchObject({
    code: 'STORAGE_UNAVAILABLE',
  })
  await rename(`${marker}.away`, marker)
  await until(async () => (await moved.request('/readyz')).status === 200, { what: 'a ready API' })
  await moved.stop()
})

it('a Redis that accepts no writes is reported with the reason; uploads are accepted, and operators get 503', async () => {
  await api.redis.call('ACL', 'SETUSER', 'reader', 'on', '>secret', '~*', '&*', '+@all', '-@write')
  const url = new URL(inject('redisUrl'))
  Object.assign(url, { username: 'reader', password: 'secret' })
  const reading = await startTestApi({ REDIS_URL: url.href, ADMIN_TOKEN: 'token-of-an-operator' })
  const { status, body } = await reading.request('/health')
  expect([status, body]).toMatchObject([
    200,
    {
      status: 'degraded',
      services: { redis: false, queue: false },
      reasons: [/NOPERM/, /NOPERM/].map((text) => expect.stringMatching(text)),
    },
  ])
  expect((await reading.upload(await sampleJpeg({ width: 64, height: 48 }))).status).toBe(202)
  const headers = { authorization: 'Bearer token-of-an-operator' }
  const paused = await reading.request(`/api/v1/queues/${reading.names.queue}/pause`, { method: 'POST', headers })
  expect([paused.status, paused.body]).toMatchObject([503, { code: 'QUEUE_UNAVAILABLE' }])
  await api.redis.call('ACL', 'SETUSER', 'reader', '+@write')
  await reading.stop()
  await api.redis.call('ACL', 'DELUSER', 'reader')
})

it('an API that starts before its stores is alive, reports what is missing, and becomes ready by itself [S2.1]', async () => {
  const [redisLater, mongoLater] = [await startTcpProxy(inject('redisUrl')), await startTcpProxy(inject('mongoUrl'))]
  await Promise.all([redisLater.cut(), mongoLater.cut()])
  const early = await startTestApi(
    { REDIS_URL: redisLater.url },
    { mongoServer: mongoLater.url, waitUntilReady: false },
  )
  expect((await early.request('/livez')).status).toBe(200)
  expect((await early.request('/readyz')).status).toBe(503)
  expect(health.parse((await early.request('/health')).body)).toMatchObject({
    status: 'down',
    services: { redis: false, mongo: false, queue: false },
  })
  await Promise.all([redisLater.restore(), mongoLater.restore()])
  await until(async () => health.parse((await early.request('/health')).body).status === 'ok', {
    what: 'a healthy API',
    timeoutMs: 20_000,
  })
  await early.stop()
  await redisLater.stop()
  await mongoLater.stop()
})

it('a port in use is a startup error', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await until(() => taken.listening)
  const { port } = taken.address() as { port: number }
  await expect(startTestApi({ PORT: String(port) })).rejects.toThrow('EADDRINUSE')
  await new Promise((resolve) => taken.close(resolve))
})

it('the backlog is counted at most once a second, however often health and metrics are read', async () => {
  const server = new URL(inject('mongoUrl'))
  server.searchParams.set('monitorCommands', 'true')
  const busy = await startTestApi({}, { mongoServer: server.href })
  try {
    const asked = recordCommands(
      mongoose.connections.findLast(({ name }) => name === busy.database.name && name !== '')!,
    )
    const startedAt = performance.now()
    for (let round = 0; round < 30; round++)
      await Promise.all([busy.request('/health'), busy.request('/health'), busy.request('/metrics')])
    const counts = asked.filter(({ filter }) => 'nextCheckAt' in filter && 'status' in filter)
    expect(counts.length).toBeGreaterThan(0)
    // Two questions each: what has not ended, and what should have.
    expect(counts.length).toBeLessThanOrEqual(2 * (1 + (performance.now() - startedAt) / 1000))
  } finally {
    await busy.stop()
  }
})
