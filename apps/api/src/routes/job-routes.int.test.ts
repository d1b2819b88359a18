import { problem, type Task } from '@darkroom/contracts'
import { createQueueWorker, formatFailureReason, permanentFailure } from '@darkroom/messaging'
import { connectRedis } from '@darkroom/runtime'
import { sampleJpeg, until } from '@darkroom/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { filePart } from '../../test/multipart.ts'
import { startTestApi, testLog, type TestApi } from '../../test/start-test-api.ts'
import { completedOf, historyOf } from '../../test/task-history.ts'

let api: TestApi
let photo: Buffer

beforeAll(async () => {
  api = await startTestApi()
  photo = await sampleJpeg({ width: 64, height: 48 })
})
afterAll(() => api.stop())

interface Accepted {
  jobId: string
  statusUrl: string
  downloadUrl: string
}

async function accepted(): Promise<Accepted & { task: Task }> {
  const { body } = await api.upload(photo, [], '/api/jobs')
  const job = body as Accepted
  return { ...job, task: (await api.request(`/api/v1/tasks/${job.jobId}`)).body as Task }
}

it.each(['file', 'image'])(
  'POST /api/jobs with the field %s returns exactly the four documented fields [S0.2]',
  async (field) => {
    const { status, headers, body } = await api.post('/api/jobs', [filePart(photo, 'old.jpg', field)])
    const { jobId } = body as Accepted
    expect(status).toBe(202)
    expect(body).toEqual({
      jobId,
      statusUrl: `/api/jobs/${jobId}/status`,
      downloadUrl: `/api/jobs/${jobId}/download`,
      estimatedTime: '5-30 seconds',
    })
    expect(jobId).toMatch(/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/)
    expect(headers.get('location')).toBe(`/api/jobs/${jobId}/status`)
  },
)

it('GET /api/jobs/{id}/status returns exactly the documented fields, from waiting to completed [S0.3]', async () => {
  const { jobId, statusUrl, downloadUrl, task } = await accepted()
  const read = async () => (await api.request(statusUrl)).body as Record<string, unknown>
  expect(await read()).toEqual({
    jobId,
    status: 'pending',
    progress: { stage: 'waiting', progress: 0 },
    error: null,
    createdAt: task.createdAt,
    processedOn: null,
    finishedOn: null,
    downloadUrl,
  })
  await api.tell(historyOf(task, [{ progress: 0, end: 'running' }])[0]!)
  const active = await until(async () => ((await read()).status === 'active' ? read() : undefined), {
    what: 'an active job',
  })
  expect(active).toMatchObject({ processedOn: expect.any(String), finishedOn: null })
  await api.tell(completedOf(task))
  const done = await until(async () => ((await read()).status === 'completed' ? read() : undefined), {
    what: 'a completed job',
  })
  expect(done).toMatchObject({ progress: { progress: 100 }, error: null, finishedOn: expect.any(String) })
})

it('a final failure reported by the queue has a readable reason', async () => {
  const worker = await startFailingWorker()
  const { statusUrl } = await accepted()
  const read = async () => (await api.request(statusUrl)).body as Record<string, unknown>
  const failed = await until(async () => ((await read()).status === 'failed' ? read() : undefined), {
    what: 'a failed job',
  })
  expect(failed).toMatchObject({
    error: 'The picture cannot be read',
    processedOn: expect.any(String),
    finishedOn: expect.any(String),
  })
  const { body: task } = await api.request(statusUrl.replace('/api/jobs/', '/api/v1/tasks/').replace('/status', ''))
  expect(task).toMatchObject({
    status: 'failed',
    error: { code: 'IMAGE_CORRUPT', retryable: false },
    attempts: { made: 1 },
    workerId: 'failing',
  })
  const download = await api.request(statusUrl.replace('/status', '/download'))
  expect([download.status, problem.parse(download.body).code]).toEqual([409, 'TASK_FAILED'])
  await worker.stop()
})

async function startFailingWorker(): Promise<{ stop: () => Promise<void> }> {
  const redis = connectRedis(api.redisUrl, 'consumer', testLog)
  const reason = formatFailureReason({ code: 'IMAGE_CORRUPT', message: 'The picture cannot be read', retryable: false })
  const fail = () => Promise.reject(permanentFailure(reason))
  const common = { concurrency: 1, lockDurationMs: 30_000, stalledIntervalMs: 30_000 }
  const worker = createQueueWorker(fail, { redis, names: api.names, workerId: 'failing', ...common })
  worker.on('error', () => {})
  const running = worker.run()
  return {
    stop: async () => {
      await worker.close()
      await running
      redis.disconnect()
    },
  }
}

it('both ids of a task are accepted, and unknown ones are not found', async () => {
  const { task } = await accepted()
  expect((await api.request(`/api/jobs/${task.id}/status`)).body).toMatchObject({ jobId: task.jobId })
  for (const path of ['/api/jobs/nonsense/status', `/api/jobs/${'0'.repeat(24)}/download`]) {
    const { status, body } = await api.request(path)
    expect([status, problem.parse(body).code]).toEqual([404, 'TASK_NOT_FOUND'])
  }
})

it('GET /api/jobs/{id}/download returns 409 until the variants exist [S0.4]', async () => {
  const { downloadUrl } = await accepted()
  const { status, headers, body } = await api.request(downloadUrl)
  expect([status, headers.get('retry-after'), problem.parse(body).code]).toEqual([409, '1', 'TASK_NOT_READY'])
})
