import { problem, task as taskSchema, type Task } from '@darkroom/contracts'
import { allowedMs, sampleJpeg, timed, uniqueName, until, startTcpProxy, type TcpProxy } from '@darkroom/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { fieldPart } from '../test/multipart.ts'
import { openDatabase, startTestApi, type TestApi } from '../test/start-test-api.ts'
import { completedOf, createdOf, newRecord } from '../test/task-history.ts'

let photo: Buffer
beforeAll(async () => {
  photo = await sampleJpeg({ width: 64, height: 48 })
})

const statusOf = async (api: TestApi, { id }: Task) => ((await api.request(`/api/v1/tasks/${id}`)).body as Task).status

describe('while Redis is unreachable', () => {
  let redis: TcpProxy
  let api: TestApi

  beforeAll(async () => {
    redis = await startTcpProxy(inject('redisUrl'))
    await redis.cut()
    api = await startTestApi({ REDIS_URL: redis.url })
  })
  afterAll(async () => {
    await redis.restore()
    await until(async () => (await api.request('/api/v1/queues')).status === 200)
    await api.stop()
    await redis.stop()
  })

  const jobOf = (task: Task) => until(() => api.queue.find(task.id, 1), { what: 'the job', timeoutMs: 20_000 })

  it('from the start, uploads are accepted and listed, and their jobs are created when it is back [S1.4]', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => api.upload(photo)))
    const tasks = answers.map(({ status, body }) => {
      expect(status).toBe(202)
      return taskSchema.parse(body)
    })
    for (const task of tasks) expect(await statusOf(api, task)).toBe('pending')
    expect((await api.request('/api/v1/tasks')).body).toMatchObject({ total: 5 })
    for (const task of tasks) expect(await api.queue.find(task.id, 1)).toBeUndefined()

    await redis.restore()
    for (const task of tasks) expect(await jobOf(task)).toMatchObject({ data: { taskId: task.id } })
  })

  it.each(['cut', 'freeze'] as const)(
    'suddenly (%s), uploads are accepted without delay, and their jobs are created when it is back',
    async (outage) => {
      const control = await timed(() => api.upload(photo))
      await redis[outage]()
      const { value, ms } = await timed(() => api.upload(photo))
      const { status, body } = value
      expect(status).toBe(202)
      expect(ms).toBeLessThan(allowedMs(2000, control.ms))
      await redis.cut()
      await redis.restore()
      expect(await jobOf(body as Task)).toBeDefined()
    },
  )

  it('events of workers arrive when it is back', async () => {
    const task = (await api.upload(photo)).body as Task
    await redis.cut()
    expect(await statusOf(api, task)).toBe('pending')
    await redis.restore()
    await api.tell(completedOf(task))
    await until(async () => (await statusOf(api, task)) === 'completed', { what: 'a completed task' })
  })

  it('an API that is asked to stop does stop', async () => {
    const proxy = await startTcpProxy(inject('redisUrl'))
    const [control, other] = [await startTestApi(), await startTestApi({ REDIS_URL: proxy.url })]
    const { ms: controlMs } = await timed(control.stop)
    await proxy.cut()
    const { ms } = await timed(() => other.stop().catch(() => {}))
    expect(ms).toBeLessThan(allowedMs(8000, controlMs))
    await proxy.stop()
  })
})

describe('while MongoDB is unreachable', () => {
  let mongo: TcpProxy
  let api: TestApi

  beforeAll(async () => {
    mongo = await startTcpProxy(inject('mongoUrl'))
    api = await startTestApi({}, { mongoServer: mongo.url })
  })
  afterAll(async () => {
    await mongo.restore()
    await api.stop()
    await mongo.stop()
  })

  const isBack = () =>
    until(async () => (await api.request('/readyz')).status === 200, { what: 'a ready API', timeoutMs: 20_000 })

  /**
   * New connections cannot be opened while replies are dropped, so there must be enough idle ones.
   */
  const makeConnections = () =>
    Promise.all(Array.from({ length: 15 }, () => api.request(`/api/v1/tasks/${newRecord().id}`)))

  it('nothing is accepted: 503 with Retry-After [S1.4]', async () => {
    await mongo.cut()
    // The insert of an earlier upload may have been sent, so its file would be left to the janitor.
    await until(async () => (await api.request('/readyz')).status === 503, {
      what: 'the outage to be noticed',
      timeoutMs: 20_000,
    })
    const { status, headers, body } = await api.upload(photo, [fieldPart('name', 'refused')])
    expect([status, problem.parse(body).code]).toEqual([503, 'STORE_UNAVAILABLE'])
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await api.temporaryFiles()).toEqual([])
    expect(await api.filesIn('storage')).toEqual([])
    const read = await api.request(`/api/v1/tasks/${'0'.repeat(24)}`)
    expect([read.status, problem.parse(read.body).code]).toEqual([503, 'STORE_UNAVAILABLE'])

    await mongo.restore()
    await isBack()
    expect((await api.request('/api/v1/tasks')).body).toMatchObject({ total: 0 })
    expect((await api.upload(photo)).status).toBe(202)
  })

  it('an insert whose reply was lost results in one accepted task', async () => {
    const tasks = api.database.collection('tasks')
    await makeConnections()
    mongo.dropReplies()
    const upload = api.upload(photo, [fieldPart('name', 'lost answer')])
    await until(async () => (await tasks.countDocuments({ name: 'lost answer' })) > 0, { what: 'the insert' })
    await mongo.cut()
    await mongo.restore()
    const { status, body } = await upload
    expect(status).toBe(202)
    await isBack()
    expect(await statusOf(api, body as Task)).toBe('pending')
    expect(await tasks.countDocuments({ name: 'lost answer' })).toBe(1)
    expect(await until(() => api.queue.find((body as Task).id, 1), { what: 'the job' })).toBeDefined()
  })

  it('a change whose reply was lost is not hidden by the cache', async () => {
    const task = (await api.upload(photo)).body as Task
    expect(await statusOf(api, task)).toBe('pending')
    // After an outage the API is subscribed a moment later than it answers requests.
    await api.tell(createdOf(task))
    await makeConnections()
    mongo.dropReplies()
    await api.tell(completedOf(task))
    const tasks = api.database.collection('tasks')
    await until(async () => (await tasks.countDocuments({ jobId: task.jobId, status: 'completed' })) === 1, {
      what: 'the write',
    })
    await mongo.cut()
    await mongo.restore()
    await isBack()
    await until(async () => (await statusOf(api, task)) === 'completed', { what: 'the new status' })
  })

  it('every document has its file, whatever was disconnected [S1.4]', async () => {
    const uploads = Array.from({ length: 12 }, () => api.upload(photo, [fieldPart('name', 'storm')]))
    await until(async () => (await api.filesIn('storage')).length > 0)
    await mongo.cut()
    await mongo.restore()
    const answers = await Promise.all(uploads)
    for (const { status } of answers) expect([202, 503]).toContain(status)
    await isBack()
    const accepted = answers.filter(({ status }) => status === 202).map(({ body }) => (body as Task).id)
    const documents = await api.database.collection('tasks').find({ name: 'storm' }).toArray()
    expect(documents.map(({ _id }) => String(_id))).toEqual(expect.arrayContaining(accepted))
    for (const { originalPath } of documents)
      expect(await api.storage.stat(String(originalPath))).toMatchObject({ bytes: photo.length })
  })
})

it('nothing is accepted before the unique indexes exist', async () => {
  const name = uniqueName('unprepared')
  const { connection, drop } = await openDatabase(name)
  const tasks = connection.collection('tasks')
  await tasks.insertMany(['a', 'b'].map((jobId) => ({ tenant: 'other', jobId, idempotency: { key: 'the same' } })))
  const url = new URL(inject('mongoUrl'))
  url.pathname = `/${name}`
  const api = await startTestApi({ MONGODB_URL: url.href }, { waitUntilReady: false })
  const whyNot = async () => ((await api.request('/readyz')).body as { reason?: string }).reason
  await until(async () => (await whyNot())?.includes('indexes'), { what: 'a connection without indexes' })
  expect(await api.upload(photo)).toMatchObject({ status: 503, body: { code: 'STORE_UNAVAILABLE' } })
  await tasks.deleteOne({ jobId: 'b' })
  await until(async () => (await api.request('/readyz')).status === 200, { what: 'readiness' })
  expect((await api.upload(photo)).status).toBe(202)
  await api.stop()
  await drop()
})

it('an upload that an outage cut off leaves no file, though the janitor is not due', async () => {
  const mongo = await startTcpProxy(inject('mongoUrl'))
  // It is due at the start, then after 40 s; every 10 s it looks whether it is.
  const api = await startTestApi({ JANITOR_INTERVAL_MS: '40000', ORPHAN_AGE_MS: '1000' }, { mongoServer: mongo.url })
  await api.upload(photo)
  mongo.freeze()
  const upload = api.upload(photo)
  await until(async () => (await api.filesIn('storage')).length === 2, { what: 'the file of the upload' })
  await mongo.cut()
  expect((await upload).status).toBe(503)
  await mongo.restore()
  await until(async () => (await api.filesIn('storage')).length === 1, { timeoutMs: 25_000, what: 'its file to go' })
  await api.stop()
  await mongo.stop()
})
