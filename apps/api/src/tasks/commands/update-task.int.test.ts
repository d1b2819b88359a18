import type { AcceptedTask, Problem, Task } from '@darkroom/contracts'
import { sampleJpeg, until } from '@darkroom/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApi, type TestApi } from '../../../test/start-test-api.ts'
import { historyOf } from '../../../test/task-history.ts'

const photo = await sampleJpeg({ width: 64, height: 48 })
let api: TestApi

beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.stop())

async function newTask(): Promise<Task> {
  const { estimatedTime: _text, estimate: _estimate, ...task } = (await api.upload(photo)).body as AcceptedTask
  return task
}
const get = (task: Task, headers: Record<string, string> = {}) => api.request(task.links.self, { headers })
const patch = (task: Task, body: unknown, headers: Record<string, string> = {}) =>
  api.request(task.links.self, {
    method: 'PATCH',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  })

it('changes the given fields and leaves the rest', async () => {
  const task = await newTask()
  const { status, body } = await patch(task, { name: 'Ferien/Strand.jpg', metadata: { album: 7 }, ttlSeconds: 60 })
  expect(status).toBe(200)
  expect(body).toEqual({ ...task, name: 'Strand.jpg', metadata: { album: 7 }, updatedAt: (body as Task).updatedAt })
  expect((await get(task)).body).toEqual(body)
  expect((await patch(task, {})).body).toEqual(body)
  expect((await patch(task, { metadata: {} })).body).toMatchObject({ name: 'Strand.jpg', metadata: {} })
})

describe('the tag of a task', () => {
  it('avoids sending what the client already has', async () => {
    const task = await newTask()
    await until(async () => (await get(task)).headers.get('etag') !== null)
    const etag = (await get(task)).headers.get('etag')!
    expect(etag).toMatch(/^"/)
    expect((await get(task)).headers.get('etag')).toBe(etag)
    expect((await get(task, { 'if-none-match': etag, 'cache-control': 'max-age=0' })).status).toBe(304)
    await patch(task, { name: 'other.jpg' })
    expect((await get(task, { 'if-none-match': etag, 'cache-control': 'max-age=0' })).status).toBe(200)
  })

  it('guards an update: of many clients with the same version, one succeeds', async () => {
    const task = await newTask()
    const etag = (await get(task)).headers.get('etag')!
    const names = Array.from({ length: 8 }, (_, index) => `${index}.jpg`)
    const answers = await Promise.all(names.map((name) => patch(task, { name }, { 'if-match': etag })))
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      200,
      ...Array.from({ length: 7 }, () => 412),
    ])
    expect(answers.find(({ status }) => status === 412)?.body as Problem).toMatchObject({ code: 'PRECONDITION_FAILED' })
    const winner = answers.find(({ status }) => status === 200)!
    expect((await get(task)).body).toEqual(winner.body)
    expect((await patch(task, { name: 'next.jpg' }, { 'if-match': winner.headers.get('etag')! })).status).toBe(200)
    expect((await patch(task, { name: 'any.jpg' }, { 'if-match': '*' })).status).toBe(200)
  })

  it('without one, all concurrent updates take effect', async () => {
    const task = await newTask()
    const answers = await Promise.all([
      patch(task, { name: 'a.jpg' }),
      patch(task, { metadata: { b: 1 } }),
      patch(task, { ttlSeconds: 90 }),
    ])
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect((await get(task)).body).toMatchObject({ name: 'a.jpg', metadata: { b: 1 } })
  })
})

it.each([
  ['{"name":', 400, 'INVALID_JSON'],
  ['[]', 400, 'INVALID_JSON'],
  ['"text"', 400, 'INVALID_JSON'],
  [{ metadata: { text: 'x'.repeat(103_000) } }, 413, 'BODY_TOO_LARGE'],
  [{ status: 'completed', epoch: 9 }, 422, 'INVALID_FIELD'],
  [{ ttlSeconds: 1 }, 422, 'INVALID_FIELD'],
])('%j returns %i %s', async (body, status, code) => {
  const task = await newTask()
  const answer = await patch(task, body)
  expect([answer.status, answer.body]).toMatchObject([status, { code }])
  if (status === 422)
    expect((answer.body as Problem).errors?.map(({ pointer }) => pointer)).toEqual(
      Object.keys(body).map((key) => `/${key}`),
    )
})

it('refuses a body that is not JSON, and an unknown task', async () => {
  const task = await newTask()
  expect((await patch(task, 'name=x', { 'content-type': 'text/plain' })).status).toBe(415)
  expect(
    (await patch({ ...task, links: { ...task.links, self: `/api/v1/tasks/${'f'.repeat(24)}` } }, { name: 'x' })).status,
  ).toBe(404)
})

describe('the time of the files', () => {
  async function completedTask(given?: Task): Promise<Task> {
    const task = given ?? (await newTask())
    for (const event of historyOf(task, [{ progress: 0, end: 'completed' }])) await api.tell(event)
    return until(
      async () => ((await get(task)).body as Task).status === 'completed' && ((await get(task)).body as Task),
    )
  }

  it('counts from the end by the clock of the API, and changes on request [S0.11]', async () => {
    const before = Date.now()
    const task = await completedTask()
    const endedAt = Date.parse(task.expiresAt!) - api.env.FILE_TTL_SECONDS * 1000
    expect(endedAt).toBeGreaterThanOrEqual(before)
    expect(endedAt).toBeLessThanOrEqual(Date.now())
    const { body } = await patch(task, { ttlSeconds: 3600 })
    expect(Date.parse((body as Task).expiresAt!)).toBe(endedAt + 3_600_000)
  })

  it('that is changed during a run applies at its end', async () => {
    const task = await newTask()
    await patch(task, { ttlSeconds: 120 })
    const before = Date.now()
    const completed = await completedTask(task)
    expect(Date.parse(completed.expiresAt!) - before).toBeLessThan(121_000 + (Date.now() - before))
  })

  it('cannot be changed for an expired task', async () => {
    const task = await completedTask()
    await api.database
      .collection('tasks')
      .updateOne({ jobId: task.jobId }, { $set: { status: 'expired' }, $inc: { rev: 1 } })
    expect((await patch(task, { ttlSeconds: 3600 })).status).toBe(410)
    expect((await patch(task, { name: 'still.jpg' })).status).toBe(200)
  })
})
