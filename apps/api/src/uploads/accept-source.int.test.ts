import { problem, type AcceptedBatch, type Task } from '@darkroom/contracts'
import { until } from '@darkroom/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestApi, type Answer, type TestApi } from '../../test/start-test-api.ts'
import { completedOf } from '../../test/task-history.ts'

const url = 'https://photos.example/albums/beach%20at%20noon.png?size=full'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.stop())

const send = (path: string, body: object, headers = {}): Promise<Answer> =>
  api.request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

it('a task with a URL is accepted at once; what its worker finds becomes its source', async () => {
  const answer = await send('/api/v1/tasks', { source: { url }, priority: 'premium', metadata: { a: 1 } })
  expect(answer.status).toBe(202)
  const task = answer.body as Task
  expect(task).toMatchObject({
    kind: 'image.optimize',
    name: 'beach at noon.png',
    priority: 'premium',
    metadata: { a: 1 },
  })
  expect(task.source).toEqual({ url })
  expect(await api.filesIn('storage')).toEqual([])
  const job = await until(() => api.queue.find(task.id, 1), { what: 'its job' })
  expect(job.data).toMatchObject({ sourceUrl: url, imagePath: task.originalPath })

  const source = { bytes: 1234, format: 'png', width: 40, height: 30, orientation: 1, sha256: 'a'.repeat(64) } as const
  await api.tell({ ...completedOf(task, []), source })
  const done = await until(
    async () => {
      const { body } = await api.request(task.links.self)
      return (body as Task).status === 'completed' && (body as Task)
    },
    { what: 'the end of the task' },
  )
  expect(done.source).toEqual({ url, ...source })
})

it('a race photo keeps its album, and the older form of the request works, too', async () => {
  const { body, status } = await send('/photos', { url, album: 'valencia-2026' })
  expect(status).toBe(202)
  expect(body).toMatchObject({ kind: 'photo.bibs', source: { url, album: 'valencia-2026' } })
})

it('in a batch, an unusable URL does not affect the others', async () => {
  const items = [{ source: { url }, name: 'One' }, { source: { url: 'http://10.0.0.1/a.jpg' } }, { source: { url } }]
  const { status, body } = await send('/api/v1/batches', { items, priority: 'normal', metadata: { race: 1 } })
  expect(status).toBe(202)
  const batch = body as AcceptedBatch
  expect([batch.accepted, batch.rejected]).toEqual([2, 1])
  expect(batch.items[0]).toMatchObject({
    name: 'One',
    task: { priority: 'normal', metadata: { race: 1 }, source: { url } },
  })
  expect(batch.items[1]).toMatchObject({
    problem: { code: 'INVALID_FIELD', errors: [{ pointer: '/items/1/source/url' }] },
  })
})

it('the older form of a batch takes the same JSON, for photos of races alone', async () => {
  const items = [{ source: { url }, name: 'One' }, { source: { url: 'http://10.0.0.1/a.jpg' } }]
  const { status, body } = await send('/photos/batch', { items, album: 'valencia-2026' })
  expect(status).toBe(202)
  const batch = body as AcceptedBatch
  expect([batch.accepted, batch.rejected]).toEqual([1, 1])
  expect(batch.items[0]).toMatchObject({
    name: 'One',
    task: { kind: 'photo.bibs', priority: 'batch', source: { url, album: 'valencia-2026' } },
  })
  expect((await send('/photos/batch', { items, kind: 'photo.bibs' })).status).toBe(202)
  expect((await send('/photos/batch', { items, kind: 'image.optimize' })).body).toMatchObject({
    code: 'INVALID_FIELD',
    errors: [{ pointer: '/kind' }],
  })
})

it('a repeated request with its key is the same task', async () => {
  const headers = { 'idempotency-key': 'by-url' }
  const [first, second] = [
    await send('/api/v1/tasks', { source: { url } }, headers),
    await send('/api/v1/tasks', { source: { url } }, headers),
  ]
  expect((second.body as Task).id).toBe((first.body as Task).id)
  const other = await send('/api/v1/tasks', { source: { url: `${url}&other` } }, headers)
  expect(other.body).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' })
})

it.each([
  [{}, '/source', 'source: { "url": "https://…" } for a photo, or kind: "video.render" with input'],
  [{ kind: 'photo.bibs', album: 'valencia' }, '/source', 'is missing'],
  [{ kind: 'image.optimize', sourceUrl: url }, '/source', 'is missing'],
  [{ kind: 'video.render' }, '/input', 'is missing'],
  [{ kind: 'video.render', source: { url } }, '/input', 'is missing'],
  [{ kind: 'pdf', source: { url } }, '/kind', 'must be one of image.optimize, photo.bibs, not "pdf"'],
])('%j says what its kind begins with', async (body, pointer, detail) => {
  const answer = await send('/api/v1/tasks', body)
  expect(answer.status).toBe(422)
  expect(problem.parse(answer.body).errors).toEqual([{ pointer, detail: expect.stringContaining(detail) }])
})

it('a field is named as it was sent', async () => {
  const pointersOf = ({ body }: Answer) => problem.parse(body).errors?.map(({ pointer }) => pointer)
  expect(pointersOf(await send('/photos', { url: 'beach.jpg' }))).toEqual(['/url'])
})

it('a URL that is reported to is refused like one that is downloaded', async () => {
  const detail =
    'cannot be used: The host has no public address; whoever runs Darkroom can allow it with ALLOW_PRIVATE_ADDRESSES.'
  for (const [path, body, pointer] of [
    ['/api/v1/tasks', { source: { url: 'http://127.0.0.1' } }, '/source/url'],
    ['/api/v1/tasks', { source: { url }, callbackUrl: 'http://127.0.0.1' }, '/callbackUrl'],
    ['/api/v1/webhooks', { url: 'http://127.0.0.1' }, '/url'],
  ] as const)
    expect(problem.parse((await send(path, body)).body).errors).toEqual([{ pointer, detail }])
})

it.each([
  ['http://127.0.0.1/a.jpg', 'no public address'],
  ['http://2130706433/', 'four decimal numbers'],
  ['http://[::ffff:10.0.0.1]/', 'no public address'],
  ['http://user:secret@photos.example/', 'user name or a password'],
  ['http://photos.example:22/', 'port'],
  ['file:///etc/passwd', 'https://'],
  ['beach.jpg', 'not a URL'],
])('%s is refused at once', async (given, reason) => {
  const { status, body } = await send('/api/v1/tasks', { source: { url: given } })
  expect(status).toBe(422)
  const { errors } = problem.parse(body)
  expect(errors).toEqual([{ pointer: '/source/url', detail: expect.stringContaining(reason) }])
})
