import { acceptedTask, DEFAULT_TENANT } from '@darkroom/contracts'
import { createTaskQueues } from '@darkroom/messaging'
import { sampleJpeg, until } from '@darkroom/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { newRecord, testKinds } from '../../test/task-history.ts'
import { startTestApi, testLog, type TestApi } from '../../test/start-test-api.ts'
import { createEstimators } from './estimators.ts'
import { sizeOf } from '../tasks/kind.ts'
import { TaskStore } from '../tasks/task-store.ts'

let api: TestApi
let photo: Buffer

beforeAll(async () => {
  api = await startTestApi({ ESTIMATE_INTERVAL_MS: '100' })
  photo = await sampleJpeg({ width: 64, height: 48 })
})
afterAll(() => api.stop())

it('without past runs, the responses say "5-30 seconds", each in its own form', async () => {
  const { body, headers } = await api.upload(photo, [], '/api/jobs')
  expect(Object.keys(body as object).toSorted()).toEqual(['downloadUrl', 'estimatedTime', 'jobId', 'statusUrl'])
  expect(body).toMatchObject({ estimatedTime: '5-30 seconds' })
  expect(headers.get('retry-after')).toBe('5')
  const task = acceptedTask.parse((await api.upload(photo)).body)
  expect(task.estimatedTime).toMatch(/^\d+-\d+ seconds$/)
})

it('a repeated request gets the same estimate', async () => {
  const key = { 'Idempotency-Key': 'the-same' }
  const parts = [{ name: 'file', value: photo, filename: 'a.jpg', type: 'image/jpeg' }]
  const first = await api.post('/api/v1/tasks', parts, key)
  expect(first.status).toBe(202)
  const second = await api.post('/api/v1/tasks', parts, key)
  expect(second.body).toEqual(first.body)
  expect(second.headers.get('retry-after')).toBe(first.headers.get('retry-after'))
})

it('there is no estimate while the queue is paused', async () => {
  await api.queue.pause()
  try {
    const answer = await until(
      async () => {
        const uploaded = await api.upload(photo)
        return acceptedTask.parse(uploaded.body).estimate.paused && uploaded
      },
      { what: 'the pause to be known' },
    )
    expect(acceptedTask.parse(answer.body).estimatedTime).toBe('not before the queue is resumed')
    expect(answer.headers.get('retry-after')).toBe('60')
  } finally {
    await api.queue.resume()
  }
})

it('learns from the stored runs at startup', async () => {
  const store = new TaskStore(api.database)
  for (let count = 0; count < 10; count++) {
    await store.insert(newRecord({ source, status: 'completed', processingTimeMs: 2600, nextCheckAt: null }))
  }
  expect(await store.recentRuns(DEFAULT_TENANT, 5)).toHaveLength(5)
  const estimators = createEstimators({
    queues: createTaskQueues({
      redis: api.redis,
      names: { namespace: api.env.REDIS_NAMESPACE, queue: api.env.QUEUE_NAME },
    }),
    sizeOf: (kind, given) => sizeOf(testKinds, kind, given),
    readRuns: () => store.recentRuns(DEFAULT_TENANT, 500),
    intervalMs: 60_000,
    weights: new Map(),
    log: testLog,
  })
  await estimators.start()
  estimators.stop()
  const { p50Ms } = estimators.of('image.optimize').estimate({ tenant: DEFAULT_TENANT, priority: 'premium', source })
  expect(p50Ms).toBeGreaterThanOrEqual(2600)
})

it('considers the jobs ahead', async () => {
  const positionOf = async (): Promise<number> => acceptedTask.parse((await api.upload(photo)).body).estimate.position
  const first = await positionOf()
  await until(async () => (await positionOf()) >= first + 3, { what: 'a position after the other jobs' })
})

const source = { bytes: 1, format: 'jpeg' as const, width: 64, height: 48, sha256: '' }
