import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  imageOptimize,
  problem,
  task as taskSchema,
  taskEstimate,
  taskPage,
  type Task,
  type TaskPage,
} from '@darkroom/contracts'
import { sampleGif, sampleJpeg, samplePng, sampleWebp, until } from '@darkroom/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fieldParts, filePart } from '../../test/multipart.ts'
import { startTestApi, type TestApi } from '../../test/start-test-api.ts'
import { completedOf, historyOf } from '../../test/task-history.ts'

/** The contract's shape and not a field more. */
const exactTask = z.strictObject({
  ...taskSchema.shape,
  source: imageOptimize.source.strict(),
  images: z.array(taskSchema.shape.images.element.strict()),
  progress: taskSchema.shape.progress.strict(),
  attempts: taskSchema.shape.attempts.strict(),
  links: taskSchema.shape.links.strict(),
})

/** The answer to an upload says besides when to expect the task. */
const exactAcceptedTask = z.strictObject({
  ...exactTask.shape,
  estimatedTime: z.string(),
  estimate: taskEstimate.strict(),
})

let api: TestApi
let photo: Buffer

beforeAll(async () => {
  api = await startTestApi()
  photo = await sampleJpeg({ width: 320, height: 200 })
})
afterAll(() => api.stop())

async function newTask(fields: Record<string, string> = {}): Promise<Task> {
  const answer = await api.upload(photo, fieldParts(fields))
  expect(answer.status).toBe(202)
  const { estimatedTime: _text, estimate: _estimate, ...task } = exactAcceptedTask.parse(answer.body)
  return task
}

async function statusIs(task: Task, status: Task['status']): Promise<Task> {
  const read = async () => (await api.request(`/api/v1/tasks/${task.id}`)).body as Task
  return until(async () => ((await read()).status === status ? read() : undefined), { what: `a ${status} task` })
}

it('finds tasks by words of their name and metadata, by ids, and after an edit by the new words', async () => {
  const metadata = JSON.stringify({ place: 'Zürich' })
  const [one, two] = [await newTask({ name: 'quokka one.jpg', metadata }), await newTask({ name: 'quokka two.jpg' })]
  const found = async (q: string): Promise<string[]> => {
    const { body } = await api.request(`/api/v1/tasks?q=${encodeURIComponent(q)}`)
    return taskPage.parse(body).items.map(({ id }) => id)
  }
  expect(await found('quokka')).toEqual([two.id, one.id])
  expect(await found('quo one')).toEqual([one.id])
  expect(await found('zurich')).toEqual([one.id])
  expect(await found(one.id)).toEqual([one.id])
  expect(await found(two.jobId)).toEqual([two.id])
  expect(await found('uokka')).toEqual([])
  const init = { method: 'PATCH', headers: { 'content-type': 'application/json' } }
  await api.request(one.links.self, { ...init, body: JSON.stringify({ name: 'wombat.jpg' }) })
  expect([await found('quokka'), await found('wombat zürich')]).toEqual([[two.id], [one.id]])
})

it('finds a task while its name is typed, to the last letter, and no other', async () => {
  const [one, two] = [await newTask({ name: 'NUM2026053012.jpg' }), await newTask({ name: 'NUM2026053013.jpg' })]
  const tokyo = await newTask({ name: '東京写真展.jpg' })
  const found = async (q: string): Promise<string[]> => {
    const { body } = await api.request(`/api/v1/tasks?q=${encodeURIComponent(q)}`)
    return taskPage.parse(body).items.map(({ id }) => id)
  }
  for (const q of ['NUM', 'NUM202605301', 'j NUM202605301']) expect([q, await found(q)]).toEqual([q, [two.id, one.id]])
  for (const q of ['NUM2026053012', 'NUM2026053012.jpg']) expect([q, await found(q)]).toEqual([q, [one.id]])
  for (const q of ['東', '写真', '東京写真展', '京写 jp']) expect([q, await found(q)]).toEqual([q, [tokyo.id]])
  // Only letters and digits are looked for.
  for (const q of ['.*', 'NUM202605301.|.*x', '(a+)+$']) expect([q, await found(q)]).toEqual([q, []])
  expect(await found('^NUM2026053012$')).toEqual([one.id])
})

describe('POST /api/v1/tasks', () => {
  it('accepts a photo with 202, the complete task, Location and Retry-After', async () => {
    const answer = await api.upload(photo)
    expect(answer.status).toBe(202)
    const task = exactAcceptedTask.parse(answer.body)
    expect(task).toMatchObject({
      estimatedTime: '5-30 seconds',
      estimate: { p50Ms: 5000, p90Ms: 30_000 },
      kind: 'image.optimize',
      status: 'pending',
      priority: 'interactive',
      name: 'photo.jpg',
      originalPath: `storage/images/${task.id}/original.jpg`,
      source: { bytes: photo.length, format: 'jpeg', width: 320, height: 200 },
      images: [],
      attempts: { made: 0, max: 3, nextAt: null },
      epoch: 1,
      error: null,
      metadata: {},
      startedAt: null,
      finishedAt: null,
      expiresAt: null,
    })
    expect(task.source.sha256).toBe(createHash('sha256').update(photo).digest('hex'))
    expect(task.source).not.toHaveProperty('md5')
    expect(task.id).toMatch(/^[0-9a-f]{24}$/)
    expect(task.jobId).toMatch(/^[0-9a-f-]{36}$/)
    expect(answer.headers.get('location')).toBe(`/api/v1/tasks/${task.id}`)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(answer.headers.get('x-powered-by')).toBeNull()
  })

  it('stores exactly the uploaded bytes, and nothing else [S0.1]', async () => {
    const { originalPath } = await newTask()
    expect((await readFile(join(api.dataDir, originalPath))).equals(photo)).toBe(true)
    expect(await api.temporaryFiles()).toEqual([])
  })

  it('adds the job to the queue with the documented names [S1.2]', async () => {
    const task = await newTask({ priority: 'batch', name: 'Ünter den Linden.JPG' })
    const job = await until(() => api.queue.find(task.id, 1), { what: 'the job' })
    expect(job).toMatchObject({
      id: task.id,
      name: 'process-image',
      priority: 1000,
      opts: { attempts: 3, backoff: { type: 'exponential', delay: 2000 } },
    })
    expect(job.data).toEqual({
      taskId: task.id,
      imagePath: task.originalPath,
      timestamp: Date.parse(task.createdAt),
      epoch: 1,
      tenant: 'default',
      imageName: 'unter-den-linden',
    })
  })

  it('also accepts the field image', async () => {
    const { status, body } = await api.post('/api/v1/tasks', [filePart(photo, 'beach.jpg', 'image')])
    expect(status).toBe(202)
    expect(body).toMatchObject({ name: 'beach.jpg' })
  })

  it('accepts every field, before or after the file', async () => {
    const fields = {
      name: 'My photo',
      priority: 'premium',
      ttlSeconds: '60',
      kind: 'image.optimize',
      metadata: '{"shoot":{"id":7,"tags":["a","b"]}}',
    }
    for (const parts of [
      [...fieldParts(fields), filePart(photo)],
      [filePart(photo), ...fieldParts(fields)],
    ]) {
      const { body } = await api.post('/api/v1/tasks', parts)
      expect(body).toMatchObject({
        name: 'My photo',
        priority: 'premium',
        metadata: { shoot: { id: 7, tags: ['a', 'b'] } },
      })
    }
  })

  it('uses the file name if the name field is empty', async () => {
    expect(await newTask({ name: '' })).toMatchObject({ name: 'photo.jpg' })
  })

  it.each([
    ['jpeg', 'jpg', sampleJpeg],
    ['png', 'png', samplePng],
    ['webp', 'webp', sampleWebp],
    ['gif', 'gif', sampleGif],
  ] as const)('recognizes a %s by its bytes, whatever its name', async (format, extension, make) => {
    const bytes = await make({ width: 64, height: 48 })
    const { status, body } = await api.post('/api/v1/tasks', [
      { ...filePart(bytes, 'document.pdf'), type: 'text/html' },
    ])
    expect(status).toBe(202)
    expect(body).toMatchObject({ source: { format, width: 64, height: 48 } })
    expect((body as Task).originalPath).toMatch(new RegExp(`/original\\.${extension}$`))
  })
})

describe('GET /api/v1/tasks/{id}', () => {
  it('returns the task by its id and by its job id, in upper or lower case', async () => {
    const task = await newTask()
    for (const id of [task.id, task.id.toUpperCase(), task.jobId, task.jobId.toUpperCase()]) {
      const { body } = await api.agent().get(`/api/v1/tasks/${id}`).expect(200)
      expect(exactTask.parse(body)).toEqual(task)
    }
  })

  it('has an ETag, which gives 304 until the task changes', async () => {
    const task = await newTask()
    const ask = (known = '') => api.agent().get(`/api/v1/tasks/${task.id}`).set('If-None-Match', known)
    const { etag = '' } = (await ask()).headers
    expect(etag).not.toBe('')
    await ask(etag).expect(304, '').expect('ETag', etag)

    await api.tell(historyOf(task, [{ progress: 0, end: 'running' }])[0]!)
    await statusIs(task, 'processing')
    const changed = await ask(etag).expect(200)
    expect(changed.headers['etag']).not.toBe(etag)
  })

  it('HEAD returns the headers without a body', async () => {
    const task = await newTask()
    const { text } = await api.agent().head(`/api/v1/tasks/${task.id}`).expect(200).expect('ETag', /./)
    expect(text).toBeUndefined()
  })

  it('shows all states of a task [S2.5]', async () => {
    const task = await newTask({ ttlSeconds: '3600' })
    const events = historyOf(task, [
      { progress: 1, end: 'retry' },
      { progress: 1, end: 'completed' },
    ])
    const [processing, progress, retry] = events
    await api.tell(processing!)
    expect(await statusIs(task, 'processing')).toMatchObject({
      workerId: 'worker-1',
      progress: { stage: 'started', percent: 0 },
    })
    await api.tell(progress!)
    await until(async () => ((await api.request(`/api/v1/tasks/${task.id}`)).body as Task).progress.percent === 10)
    await api.tell(retry!)
    const waiting = exactTask.parse(await statusIs(task, 'pending'))
    expect(waiting).toMatchObject({ error: { code: 'STORAGE_FULL', retryable: true }, attempts: { made: 1, max: 3 } })
    expect(waiting.attempts.nextAt).not.toBeNull()
    for (const event of events.slice(3)) await api.tell(event)
    const done = exactTask.parse(await statusIs(task, 'completed'))
    expect(done).toMatchObject({
      error: null,
      attempts: { made: 2, nextAt: null },
      progress: { percent: 100 },
      processingTimeMs: 70,
    })
    expect(done.images.map(({ url }) => url)).toEqual(
      [
        ['1024', 'a'],
        ['800', 'b'],
      ].map(([width, md5 = '']) => `/api/v1/tasks/${task.id}/download?resolution=${width}&v=${md5.repeat(32)}`),
    )
    // From the end by the clock of the API: those of workers may be off.
    expect(Date.parse(done.updatedAt) + 3_600_000 - Date.parse(done.expiresAt ?? '')).toBeLessThan(10_000)
  })

  it.each([
    '0'.repeat(24),
    '00000000-0000-4000-8000-000000000000',
    'nonsense',
    '1',
    '%00',
    '__proto__',
    '[object Object]',
  ])('%s is not there', async (id) => {
    const { body } = await api
      .agent()
      .get(`/api/v1/tasks/${encodeURI(id)}`)
      .expect(404)
    expect(problem.parse(body).code).toBe('TASK_NOT_FOUND')
  })
})

describe('GET /api/v1/tasks', () => {
  let listed: TestApi
  let tasks: Task[]

  const get = async (query = ''): Promise<TaskPage> => {
    const { body } = await listed.agent().get(`/api/v1/tasks${query}`).expect(200)
    return taskPage.strict().parse(body)
  }
  const idsOf = (page: { items: readonly Task[] }): string[] => page.items.map(({ id }) => id)

  beforeAll(async () => {
    listed = await startTestApi()
    tasks = []
    for (let index = 0; index < 7; index++) {
      const { body } = await listed.upload(
        photo,
        fieldParts({ name: `${index}`, priority: index % 2 ? 'batch' : 'normal' }),
      )
      tasks.unshift(body as Task)
    }
    await listed.tell(completedOf(tasks[0]!))
    await until(async () => (await get('?status=completed')).total === 1, { what: 'a completed task in the list' })
  })
  afterAll(() => listed.stop())

  it('is newest first, with the total [S1.9]', async () => {
    const page = await get()
    expect(idsOf(page)).toEqual(idsOf({ items: tasks }))
    expect(page).toMatchObject({ page: 1, limit: 20, total: 7, nextCursor: null })
    for (const item of page.items) exactTask.parse(item)
  })

  it('can be filtered by each field and by all of them [S0.7, S1.9]', async () => {
    expect((await get('?status=completed')).items).toMatchObject([{ id: tasks[0]?.id, status: 'completed' }])
    expect((await get('?priority=batch')).total).toBe(3)
    expect((await get('?kind=image.optimize')).total).toBe(7)
    expect((await get('?status=pending&priority=normal&kind=image.optimize')).total).toBe(3)
    expect((await get('?status=failed')).items).toEqual([])
    const between = `createdFrom=${tasks[4]?.createdAt}&createdTo=${tasks[1]?.createdAt}`
    expect((await get(`?${between}`)).items.length).toBeLessThanOrEqual(4)
    expect((await get('?createdFrom=2999-01-01T00:00:00Z')).total).toBe(0)
    expect((await get('?createdTo=2000-01-01T00:00:00%2B02:00')).total).toBe(0)
  })

  it('comes by pages', async () => {
    expect(idsOf(await get('?limit=3&page=2'))).toEqual(idsOf({ items: tasks.slice(3, 6) }))
    expect(idsOf(await get('?limit=3&page=3'))).toEqual(idsOf({ items: tasks.slice(6) }))
    expect(await get('?limit=3&page=99')).toMatchObject({ items: [], total: 7, page: 99, nextCursor: null })
  })

  it('has cursors, in the body and in a Link header that keeps the filter', async () => {
    const seen: string[] = []
    let path: string | undefined = '/api/v1/tasks?limit=2&kind=image.optimize'
    while (path !== undefined) {
      const answer = await listed.agent().get(path)
      const page = taskPage.parse(answer.body)
      seen.push(...idsOf(page))
      expect(page.total).toBe(7)
      const link = answer.links['next']
      expect(link === undefined).toBe(page.nextCursor === null)
      if (link) expect(new URL(link, listed.url).searchParams.get('cursor')).toBe(page.nextCursor)
      if (link) expect(link).toContain('kind=image.optimize')
      path = link
    }
    expect(seen).toEqual(idsOf({ items: tasks }))
  })

  it.each([
    ['limit=0', '/limit'],
    ['limit=101', '/limit'],
    ['page=-1', '/page'],
    ['page=1.5', '/page'],
    ['status=done', '/status'],
    ['status=failed&status=pending', '/status'],
    ['status[$ne]=failed', '/status[$ne]'],
    ['createdFrom=yesterday', '/createdFrom'],
    ['cursor=nonsense', '/cursor'],
    ['tenant=other', '/tenant'],
    ['__proto__=1', '/__proto__'],
  ])('?%s is refused with its name', async (query, pointer) => {
    const { body } = await listed.agent().get(`/api/v1/tasks?${query}`).expect(400)
    expect(problem.parse(body)).toMatchObject({ code: 'INVALID_QUERY', errors: [{ pointer }] })
  })
})
