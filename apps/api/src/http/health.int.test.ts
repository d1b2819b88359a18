import { createServer } from 'node:net'
import { sampleJpeg, until, startTcpProxy, type TcpProxy } from '@darkroom/testing'
import mongoose from 'mongoose'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { z } from 'zod'
import { recordCommands } from '../../test/queries/record-commands.ts'
import { startTestApi, type TestApi } from '../../test/start-test-api.ts'

const health = z.strictObject({
  status: z.enum(['ok', 'degraded', 'down']),
  services: z.strictObject({ redis: z.boolean(), mongo: z.boolean(), queue: z.boolean(), disk: z.boolean() }),
  pending: z.number().int().nullable(),
  diskFreeBytes: z.number().nullable(),
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

it.each(['/health', '/api/health', '/api/v1/health'])('%s says that all is well', async (path) => {
  await api.upload(await sampleJpeg({ width: 64, height: 48 }))
  const { diskFreeBytes, ...rest } = await ask(path)
  expect(rest).toMatchObject({ code: 200, status: 'ok', services: { redis: true, mongo: true, queue: true, disk: true } })
  expect(rest.pending).toBeGreaterThan(0)
  expect(diskFreeBytes).toBeGreaterThan(0)
})

it('the process is alive and ready', async () => {
  for (const path of ['/livez', '/readyz']) expect(await api.request(path)).toMatchObject({ status: 200, body: { status: 'ok' } })
})

describe.each(['cut', 'freeze'] as const)('%s', (outage) => {
  it('without Redis the service is degraded, but answers and is ready', async () => {
    await redis[outage]()
    const { code, status, services } = await ask()
    expect([code, status, services]).toEqual([200, 'degraded', { redis: false, mongo: true, queue: false, disk: true }])
    for (const path of ['/livez', '/readyz']) expect((await api.request(path)).status).toBe(200)
    await redis.cut()
    await redis.restore()
    await until(async () => Object.values((await ask()).services).every(Boolean), { what: 'Redis to be back' })
  })

  it('without MongoDB it is down, alive, and not ready', async () => {
    await mongo[outage]()
    const { code, status, services, pending } = await ask()
    expect([code, status, services.mongo, pending]).toEqual([503, 'down', false, null])
    expect((await api.request('/livez')).status).toBe(200)
    expect((await api.request('/readyz')).status).toBe(503)
    await mongo.cut()
    await mongo.restore()
    await until(async () => (await api.request('/readyz')).status === 200, { what: 'MongoDB to be back', timeoutMs: 20_000 })
  })
})

it('a disk with less room than is to be kept free is told, and takes no upload', async () => {
  const full = await startTestApi({ MIN_FREE_BYTES: String(Number.MAX_SAFE_INTEGER) })
  const { status, body } = await full.request('/health')
  expect([status, health.parse(body).services.disk]).toEqual([503, false])
  const refused = await full.upload(await sampleJpeg({ width: 64, height: 48 }))
  expect([refused.status, refused.body]).toMatchObject([507, { code: 'STORAGE_FULL' }])
  expect(refused.headers.get('retry-after')).not.toBeNull()
  expect((await full.filesIn('')).filter((file) => !file.includes('.darkroom.json'))).toEqual([])
  await full.stop()
})

it('an API that starts before its stores is alive, says what is missing, and becomes ready by itself', async () => {
  const [redisLater, mongoLater] = [await startTcpProxy(inject('redisUrl')), await startTcpProxy(inject('mongoUrl'))]
  await Promise.all([redisLater.cut(), mongoLater.cut()])
  const early = await startTestApi({ REDIS_URL: redisLater.url }, { mongoServer: mongoLater.url, waitUntilReady: false })
  expect((await early.request('/livez')).status).toBe(200)
  expect((await early.request('/readyz')).status).toBe(503)
  expect(health.parse((await early.request('/health')).body)).toMatchObject({
    status: 'down',
    services: { redis: false, mongo: false, queue: false },
  })
  await Promise.all([redisLater.restore(), mongoLater.restore()])
  await until(async () => health.parse((await early.request('/health')).body).status === 'ok', { what: 'a healthy API', timeoutMs: 20_000 })
  await early.stop()
  await redisLater.stop()
  await mongoLater.stop()
})

it('a port that is taken is an error of the start', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await until(() => taken.listening)
  const { port } = taken.address() as { port: number }
  await expect(startTestApi({ PORT: String(port) })).rejects.toThrow('EADDRINUSE')
  await new Promise((resolve) => taken.close(resolve))
})

it('however often it and the metrics are asked, the backlog is counted once a second at most', async () => {
  const server = new URL(inject('mongoUrl'))
  server.searchParams.set('monitorCommands', 'true')
  const busy = await startTestApi({}, { mongoServer: server.href })
  try {
    const asked = recordCommands(mongoose.connections.findLast(({ name }) => name === busy.database.name && name !== '')!)
    const startedAt = performance.now()
    for (let round = 0; round < 30; round++) await Promise.all([busy.request('/health'), busy.request('/health'), busy.request('/metrics')])
    const counts = asked.filter(({ filter }) => 'nextCheckAt' in filter && 'status' in filter)
    expect(counts.length).toBeGreaterThan(0)
    // Two questions each: what has not ended, and what should have.
    expect(counts.length).toBeLessThanOrEqual(2 * (1 + (performance.now() - startedAt) / 1000))
  } finally {
    await busy.stop()
  }
})
