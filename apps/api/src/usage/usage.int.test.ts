import { problem, usage, type CreatedApiKey, type Task } from '@darkroom/contracts'
import { sampleJpeg, startTcpProxy, uniqueName, until } from '@darkroom/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { filePart, multipart } from '../../test/multipart.ts'
import { openSocket } from '../../test/raw-http.ts'
import { OPERATOR, startTestApi, testLog, type TestApi } from '../../test/start-test-api.ts'
import { newRecord } from '../../test/task-history.ts'
import { createMongoConnection, MONGO_OPTIONS } from '../mongo/connect-mongo.ts'
import { UsageMeter, dayOf } from './usage-meter.ts'
import { UsageStore } from './usage-store.ts'

type Headers = Record<string, string>

let api: TestApi
let photo: Buffer
beforeAll(async () => {
  photo = await sampleJpeg({ width: 30, height: 20 })
  api = await startTestApi({ AUTH: 'keys', TENANT_TASKS_PER_DAY: '3', TENANT_UPLOADS: '1' })
})
afterAll(() => api.stop())

async function keyOf(tenant: string): Promise<Headers> {
  const headers = { 'content-type': 'application/json', ...OPERATOR }
  const init = { method: 'POST', headers, body: JSON.stringify({ name: 'test', tenant }) }
  return { authorization: `Bearer ${((await api.request('/api/v1/keys', init)).body as CreatedApiKey).key}` }
}
const upload = (key: Headers, more: Headers = {}) => api.post('/api/v1/tasks', [filePart(photo)], { ...key, ...more })

describe('a tenant', () => {
  it('can upload up to its quota, repeat what was accepted, and see what it has used', async () => {
    const [shop, lab] = [await keyOf('shop'), await keyOf('lab')]
    const accepted = await upload(shop, { 'idempotency-key': 'first' })
    for (const _more of [2, 3]) expect((await upload(shop)).status).toBe(202)
    const refused = await until(
      async () => {
        const answer = await upload(shop)
        return answer.status === 202 ? undefined : answer
      },
      { what: 'the quota to be noticed' },
    )
    expect([refused.status, problem.parse(refused.body).code]).toEqual([429, 'QUOTA_EXCEEDED'])
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(24 * 3600)
    const resumable = { 'tus-resumable': '1.0.0', 'upload-length': '100', ...shop }
    const announced = await api.request('/api/v1/uploads', { method: 'POST', headers: resumable })
    expect([announced.status, problem.parse(announced.body).code]).toEqual([429, 'QUOTA_EXCEEDED'])
    const again = await upload(shop, { 'idempotency-key': 'first' })
    expect([again.status, (again.body as Task).id]).toEqual([202, (accepted.body as Task).id])
    expect((await upload(lab)).status).toBe(202)

    const used = usage.parse((await api.request('/api/v1/usage', { headers: shop })).body)
    const today = dayOf(Date.now())
    expect(used).toMatchObject({
      tenant: 'shop',
      days: [{ day: today, tasks: 3, bytes: 3 * photo.length }],
      quotas: { tasksPerDay: 3, bytesPerDay: null, storedBytes: null, uploads: 1 },
    })
    const csv = await api.request(`/api/v1/usage?from=${today}`, { headers: { ...lab, accept: 'text/csv' } })
    expect(csv.text).toBe(`tenant,day,tasks,bytes\r\nlab,${today},1,${photo.length}\r\n`)
  })

  it('has a limit of concurrent uploads, whatever their addresses', async () => {
    const [busy, idle] = [await keyOf('busy'), await keyOf('idle')]
    const { body, contentType } = multipart([filePart(photo)])
    const socket = await openSocket(api.port)
    const fields = { ...busy, 'content-type': contentType, 'content-length': String(body.length), host: 'test' }
    const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}`)
    socket.write(['POST /api/v1/tasks HTTP/1.1', 'X-Forwarded-For: 203.0.113.1', ...head, '', ''].join('\r\n'))
    socket.write(body.subarray(0, 500))
    await until(async () => (await api.temporaryFiles()).length > 0, { what: 'an upload that has begun' })
    const refused = await upload(busy)
    expect([refused.status, problem.parse(refused.body).code]).toEqual([429, 'TOO_MANY_UPLOADS'])
    expect((await upload(idle)).status).toBe(202)
    socket.destroy()
    await until(async () => (await upload(busy)).status === 202, { what: 'a place that is free again' })
  })
})

describe('the meter', () => {
  const created = (tenant: string) => {
    const task = newRecord({ tenant })
    return [task, { eventType: 'task.created', epoch: 1 } as never] as const
  }

  it('counts for all processes, by day', async () => {
    const store = new UsageStore(api.database)
    let now = Date.parse('2026-05-04T23:59:59Z')
    const [one, two] = [0, 1].map(() => new UsageMeter({ store, log: testLog, now: () => now })) as [
      UsageMeter,
      UsageMeter,
    ]
    const bytes = created('many')[0].source.bytes ?? 0
    for (const meter of [one, two, two]) meter.onTask(...created('many'))
    await Promise.all([one.write(), two.write()])
    two.onTask(...created('many'))
    expect(await two.today('many')).toEqual({ tasks: 4, bytes: 4 * bytes })
    await two.write()
    now += 1000
    expect(await one.today('many')).toEqual({ tasks: 0, bytes: 0 })
    expect(await store.days('many', { from: '2026-05-04', to: '2026-05-05' })).toEqual([
      { day: '2026-05-04', tasks: 4, bytes: 4 * bytes },
    ])
  })

  it('counts what is being stored, as well', async () => {
    const mongo = await startTcpProxy(inject('mongoUrl'))
    const connection = createMongoConnection()
    await connection.openUri(mongo.url, { ...MONGO_OPTIONS, dbName: uniqueName('usage') })
    const meter = new UsageMeter({ store: new UsageStore(connection), log: testLog, now: Date.now })
    expect((await meter.today('quick')).tasks).toBe(0)
    meter.onTask(...created('quick'))
    mongo.delay(200)
    const stored = meter.write()
    // The write has begun.
    await Promise.resolve()
    expect((await meter.today('quick')).tasks).toBe(1)
    await stored
    await connection.dropDatabase()
    await connection.close()
    await mongo.stop()
  })

  it('keeps what cannot be stored, and does not count a restart', async () => {
    const connection = createMongoConnection()
    const store = new UsageStore(connection)
    const meter = new UsageMeter({ store, log: testLog, now: Date.now })
    meter.onTask(...created('kept'))
    meter.onTask(created('kept')[0], { eventType: 'task.created', epoch: 2 } as never)
    await meter.write()
    await connection.openUri(api.env.MONGODB_URL, MONGO_OPTIONS)
    await meter.write()
    expect((await store.of('kept', dayOf(Date.now()))).tasks).toBe(1)
    await connection.close()
  })
})
