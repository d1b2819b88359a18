import type { Problem, Task, TaskStatus } from '@darkroom/contracts'
import { sampleJpeg, until } from '@darkroom/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { endAs, type End } from '../../../test/end-task.ts'
import { startTestApi, type TestApi } from '../../../test/start-test-api.ts'
import { historyOf } from '../../../test/task-history.ts'

const photo = await sampleJpeg({ width: 64, height: 48 })
let api: TestApi

beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.stop())

const read = async (id: string): Promise<Task> => (await api.request(`/api/v1/tasks/${id}`)).body as Task
const retry = (id: string) => api.request(`/api/v1/tasks/${id}/retry`, { method: 'POST' })

const endedTask = async (end: End): Promise<Task> => endAs(api, (await api.upload(photo)).body as Task, end)

it.each(['completed', 'failed', 'cancelled'] as const)('a %s task is queued again like a new one', async (end) => {
  const task = await endedTask(end)
  const asked = Date.now()
  const { status, body, headers } = await retry(task.id)
  expect(status).toBe(202)
  expect(headers.get('location')).toBe(task.links.self)
  const fresh = {
    status: 'pending',
    epoch: 2,
    images: [],
    error: null,
    startedAt: null,
    finishedAt: null,
    expiresAt: null,
    waitMs: null,
  }
  expect(body).toMatchObject({
    ...fresh,
    id: task.id,
    jobId: task.jobId,
    originalPath: task.originalPath,
    attempts: { made: 0, max: 3, nextAt: null },
  })
  const job = await until(() => api.queue.find(task.id, 2), { what: 'the job of the second epoch' })
  expect(job.id).toBe(`${task.id}-2`)
  expect(job.data).toMatchObject({ epoch: 2, imagePath: task.originalPath })
  // The waiting time starts at the retry, not at the upload.
  expect(job.data.timestamp).toBeGreaterThanOrEqual(asked)
  const document = await api.database.collection('tasks').findOne({ jobId: task.jobId })
  expect(document?.['log'].at(-1)).toMatchObject({ type: 'task.created', epoch: 2, seq: 0 })
})

it('events of the old epoch change nothing', async () => {
  const task = await endedTask('failed')
  await retry(task.id)
  for (const event of historyOf(task, [
    { progress: 1, end: 'retry' },
    { progress: 0, end: 'completed' },
  ]))
    await api.tell(event)
  for (const event of historyOf({ id: task.id, epoch: 2 }, [{ progress: 0, end: 'running' }])) await api.tell(event)
  const running = await until(async () => (await read(task.id)).status !== 'pending' && read(task.id))
  expect(running).toMatchObject({ status: 'processing', epoch: 2, attempts: { made: 0 } })
})

it('one of many concurrent requests starts the epoch', async () => {
  const task = await endedTask('failed')
  const answers = await Promise.all(Array.from({ length: 10 }, () => retry(task.id)))
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
    202,
    ...Array.from({ length: 9 }, () => 409),
  ])
  const refusals = answers.filter(({ status }) => status === 409).map(({ body }) => (body as Problem).code)
  expect(refusals.filter((code) => code !== 'TASK_CHANGED' && code !== 'TASK_NOT_FINAL')).toEqual([])
  expect(await read(task.id)).toMatchObject({ epoch: 2 })
})

it('a running or expired task is not restarted', async () => {
  const task = (await api.upload(photo)).body as Task
  const refused = await retry(task.id)
  expect([refused.status, refused.body as Problem]).toMatchObject([409, { code: 'TASK_NOT_FINAL' }])
  const status: TaskStatus = 'expired'
  const old = await endedTask('completed')
  await api.database.collection('tasks').updateOne({ jobId: old.jobId }, { $set: { status } })
  const gone = await retry(old.id)
  expect([gone.status, gone.body as Problem]).toMatchObject([410, { code: 'TASK_EXPIRED' }])
  expect((await retry('f'.repeat(24))).status).toBe(404)
})
