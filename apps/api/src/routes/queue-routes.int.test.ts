import { problem, queueJob, queueStats, TASK_KINDS, type Task } from '@darkroom/contracts'
import { sampleJpeg, until, startTcpProxy } from '@darkroom/testing'
import { Queue } from 'bullmq'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fieldPart } from '../../test/multipart.ts'
import { startTestApi, type TestApi } from '../../test/start-test-api.ts'

const jobPage = z.strictObject({
  items: z.array(queueJob.strict()),
  state: z.string(),
  start: z.number(),
  end: z.number(),
})

let api: TestApi
let queue: Queue
let photo: Buffer
let name: string
let tasks: Task[]

beforeAll(async () => {
  api = await startTestApi()
  name = api.names.queue
  photo = await sampleJpeg({ width: 64, height: 48 })
  queue = new Queue(name, { connection: api.redis, prefix: api.names.prefix, skipMetasUpdate: true })
  tasks = []
  for (const priority of ['batch', 'premium', 'interactive'])
    tasks.push((await api.upload(photo, [fieldPart('priority', priority)])).body as Task)
  await until(async () => (await queue.getJobCounts('prioritized')).prioritized === 3, {
    what: 'three jobs on the queue',
  })
})
afterAll(async () => {
  await queue.close()
  await api.stop()
})

const get = (path: string) => api.agent().get(`/api/v1/queues${path}`)

describe('the statistics of a queue', () => {
  it('are complete, for one queue and for all [S1.11, S2.8]', async () => {
    const { body } = await get(`/${name}/stats`).expect(200)
    const stats = queueStats.strict().parse(body)
    expect(stats).toMatchObject({
      name,
      kind: 'image.optimize',
      waiting: 3,
      prioritized: 3,
      active: 0,
      completed: 0,
      failed: 0,
      delayed: 0,
      paused: 0,
      isPaused: false,
      workers: 0,
    })
    const all = z.strictObject({ items: z.array(queueStats.strict()) }).parse((await get('')).body)
    expect(all.items.map(({ kind }) => kind)).toEqual(TASK_KINDS)
    expect(all.items).toContainEqual(expect.objectContaining({ name, prioritized: 3 }))
  })

  it('of a paused queue count its jobs as paused [S1.11]', async () => {
    await queue.pause()
    expect((await get(`/${name}/stats`)).body).toMatchObject({ isPaused: true, paused: 3 })
    await queue.resume()
    expect((await get(`/${name}/stats`)).body).toMatchObject({ isPaused: false, paused: 0 })
  })

  it('include the wait of the oldest job, whatever its priority', async () => {
    const { oldestWaitingMs } = queueStats.parse((await get(`/${name}/stats`)).body)
    expect(oldestWaitingMs).toBeGreaterThanOrEqual(Date.now() - Date.parse(tasks[0]?.createdAt ?? '') - 1000)
  })
})

describe('the jobs of a queue', () => {
  it('are plain data, in the order of processing [S1.12]', async () => {
    const { body } = await get(`/${name}/jobs?state=prioritized`).expect(200)
    const { items, ...page } = jobPage.parse(body)
    expect(page).toEqual({ state: 'prioritized', start: 0, end: 49 })
    expect(items.map(({ priority }) => priority)).toEqual([1, 10, 1000])
    expect(items[2]).toMatchObject({
      jobId: tasks[0]?.id,
      taskId: tasks[0]?.id,
      name: 'process-image',
      attemptsMade: 0,
      failedReason: null,
      processedOn: null,
    })
    expect(items[2]?.data).toMatchObject({ taskId: tasks[0]?.id, imagePath: tasks[0]?.originalPath })
  })

  it('come in pages of at most fifty [S1.12]', async () => {
    expect(jobPage.parse((await get(`/${name}/jobs?state=prioritized&start=1&end=1`)).body).items).toMatchObject([
      { priority: 10 },
    ])
    expect(jobPage.parse((await get(`/${name}/jobs?state=prioritized&start=2`)).body)).toMatchObject({
      start: 2,
      end: 51,
      items: [{ priority: 1000 }],
    })
    expect(jobPage.parse((await get(`/${name}/jobs?state=prioritized&start=999999999`)).body).items).toEqual([])
    const byDefault = jobPage.parse((await get(`/${name}/jobs`)).body)
    expect([byDefault.state, byDefault.items.map(({ priority }) => priority)]).toEqual(['waiting', [1, 10, 1000]])
  })

  it.each([
    ['state=paused', '/state'],
    ['start=-1', '/start'],
    ['start=a', '/start'],
    ['start=0&end=50', '/end'],
    ['start=5&end=4', '/end'],
    ['end=50', '/end'],
    ['end=1e1', '/end'],
    ['start=1&start=2', '/start'],
    ['asc=false', '/asc'],
  ])('?%s is refused with its name', async (query, pointer) => {
    const { status, body } = await get(`/${name}/jobs?${query}`)
    expect([status, problem.parse(body).code, problem.parse(body).errors?.map((fault) => fault.pointer)]).toEqual([
      400,
      'INVALID_QUERY',
      [pointer],
    ])
  })

  it('waiting: those without a priority first, in pages that neither repeat nor skip one', async () => {
    const plain = [await queue.add('other', {}), await queue.add('other', {})]
    const idsOf = async (range: string) =>
      jobPage.parse((await get(`/${name}/jobs?state=waiting${range}`)).body).items.map(({ jobId }) => jobId)
    const all = await idsOf('')
    expect(all.slice(0, 2)).toEqual(plain.map(({ id }) => id))
    expect(all).toHaveLength(5)
    const pages = [await idsOf('&start=0&end=0'), await idsOf('&start=1&end=3'), await idsOf('&start=4&end=9')]
    expect(pages.map((page) => page.length)).toEqual([1, 3, 1])
    expect(pages.flat()).toEqual(all)
    for (const job of plain) await job.remove()
  })

  it('added by other programs do no harm', async () => {
    const strange = [
      await queue.add('other', null, { priority: 5 }),
      await queue.add('other', 'text', { priority: 5 }),
      await queue.add('other', { taskId: { $ne: 1 } }, { priority: 5 }),
    ]
    const { body } = await get(`/${name}/jobs?state=prioritized`).expect(200)
    expect(jobPage.parse(body).items).toHaveLength(6)
    for (const job of strange) await job.remove()
  })
})

it.each(['stats', 'jobs'])('an unknown queue has no %s', async (what) => {
  for (const unknown of ['nonsense', '__proto__', '..%2f..', `${name}%00`]) {
    const { status, body } = await get(`/${unknown}/${what}`)
    expect([status, problem.parse(body).code]).toEqual([404, 'QUEUE_NOT_FOUND'])
  }
})

describe('while Redis is away', () => {
  it.each(['cut', 'freeze'] as const)('(%s) the queue responds with 503 quickly, with Retry-After', async (outage) => {
    const proxy = await startTcpProxy(api.env.REDIS_URL ?? '')
    const other = await startTestApi({ REDIS_URL: proxy.url })
    await until(async () => (await other.request('/api/v1/queues')).status === 200)
    await proxy[outage]()
    for (const path of ['', `/${other.names.queue}/stats`, `/${other.names.queue}/jobs`]) {
      const { status, headers, body } = await other.request(`/api/v1/queues${path}`, {
        signal: AbortSignal.timeout(8000),
      })
      expect([status, problem.parse(body).code]).toEqual([503, 'QUEUE_UNAVAILABLE'])
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    }
    await proxy.cut()
    await proxy.restore()
    await until(async () => (await other.request('/api/v1/queues')).status === 200, { what: 'the queue to be back' })
    await other.stop()
    await proxy.stop()
  })
})
