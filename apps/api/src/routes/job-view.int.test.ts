import { problem, type Task } from '@darkroom/contracts'
import { sampleJpeg, until } from '@darkroom/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fieldPart } from '../../test/multipart.ts'
import { startTestApi, type TestApi } from '../../test/start-test-api.ts'
import { completedOf, historyOf } from '../../test/task-history.ts'
import { TaskStore } from '../tasks/task-store.ts'
import { moveFor } from '../tasks/task.ts'

let api: TestApi
/** One of each status, oldest first. */
const tasks: Record<string, Task> = {}

beforeAll(async () => {
  api = await startTestApi()
  const photo = await sampleJpeg({ width: 64, height: 48 })
  for (const name of ['pending', 'active', 'completed', 'failed']) {
    tasks[name] = (await api.upload(photo, [fieldPart('name', name)])).body as Task
  }
  await api.tell(historyOf(tasks.active!, [{ progress: 0, end: 'running' }])[0]!)
  await api.tell(completedOf(tasks.completed!))
  // A final failure is told by the queue, not on the channel.
  const failure = historyOf(tasks.failed!, [{ progress: 0, end: 'failed' }]).at(-1)!
  await new TaskStore(api.database).move(
    { id: failure.taskId, tenant: failure.tenant, epoch: 1, seq: failure.seq },
    moveFor(failure, Date.now())!,
  )
  for (const name of ['active', 'completed']) {
    await until(async () => ((await view(name)) as { status: string }).status === name, {
      what: `a job that is ${name}`,
    })
  }
})
afterAll(() => api.stop())

const view = async (name: string): Promise<unknown> => (await api.request(`/api/jobs/${tasks[name]?.jobId}`)).body

const fields = ['jobId', 'status', 'progress', 'data', 'result', 'error', 'createdAt', 'processedOn', 'finishedOn']

it('GET /api/jobs/{id} has exactly the documented fields', async () => {
  const { id, jobId, createdAt, originalPath } = tasks.pending!
  const pending = await view('pending')
  expect(Object.keys(pending as object)).toEqual(fields)
  expect(pending).toEqual({
    jobId,
    status: 'pending',
    progress: { stage: 'waiting', progress: 0 },
    data: { taskId: id, imagePath: originalPath, timestamp: Date.parse(createdAt), epoch: 1, name: 'pending' },
    result: null,
    error: null,
    createdAt,
    processedOn: null,
    finishedOn: null,
  })
  expect(await view('active')).toMatchObject({ status: 'active', result: null, processedOn: expect.any(String) })
  expect(await view('completed')).toMatchObject({
    status: 'completed',
    result: { images: [{ resolution: '1024' }, { resolution: '800' }], processingTime: 70 },
    progress: { progress: 100 },
    finishedOn: expect.any(String),
  })
  expect(await view('failed')).toMatchObject({
    status: 'failed',
    result: null,
    error: 'The disk is full',
    finishedOn: expect.any(String),
  })
})

it('an unknown job is not found', async () => {
  const { status, body } = await api.request('/api/jobs/00000000-0000-4000-8000-000000000000')
  expect([status, problem.parse(body).code]).toEqual([404, 'TASK_NOT_FOUND'])
})

it.each([
  ['', ['failed', 'completed', 'active', 'pending']],
  ['?limit=2', ['failed', 'completed']],
  ['?status=active&limit=10', ['active']],
  ['?status=pending', ['pending']],
  ['?status=completed', ['completed']],
  ['?status=failed', ['failed']],
])('GET /api/jobs%s', async (query, names) => {
  const { status, body } = await api.request(`/api/jobs${query}`)
  const { jobs, count } = body as { jobs: { data: { name: string } }[]; count: number }
  expect([status, count, jobs.map(({ data }) => data.name)]).toEqual([200, names.length, names])
  for (const job of jobs) expect(Object.keys(job)).toEqual(fields)
})

it.each(['?status=processing', '?limit=0', '?limit=101', '?page=2'])('GET /api/jobs%s is refused', async (query) => {
  const { status, body } = await api.request(`/api/jobs${query}`)
  expect([status, problem.parse(body).code]).toEqual([400, 'INVALID_QUERY'])
})
