import { stats } from '@darkroom/contracts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { newRecord, variantOf } from '../../test/task-history.ts'
import { startTestApi, type TestApi } from '../../test/start-test-api.ts'
import { TaskStore } from '../tasks/task-store.ts'

const variants = [variantOf('1024', 768, 'a'.repeat(32)), variantOf('800', 600, 'b'.repeat(32))]

let api: TestApi
let empty: TestApi
beforeAll(async () => {
  ;[api, empty] = await Promise.all([startTestApi(), startTestApi()])
  const store = new TaskStore(api.database)
  const source = { bytes: 1000, format: 'jpeg' as const, width: 1, height: 1, sha256: '', md5: '' }
  for (let run = 1; run <= 100; run++) {
    const done = { status: 'completed' as const, nextCheckAt: null, images: [...variants], waitMs: run, processingTimeMs: run * 10 }
    await store.insert(newRecord({ source, ...done }))
  }
  for (const status of ['failed', 'pending'] as const) await store.insert(newRecord({ source, status }))
  await store.insert(newRecord({ source, tenant: 'somebody-else', status: 'completed', images: [...variants] }))
  const totals = { runs: 2, tasksExpired: 3, filesRemoved: 9, bytesFreed: 1234, recordsRemoved: 1, lastRunAt: new Date(0) }
  await api.database.collection<{ _id: string }>('cleanup-totals').insertOne({ _id: 'all', ...totals })
})
afterAll(async () => {
  await api.stop()
  await empty.stop()
})

it('counts the tenant’s tasks, bytes, durations and what was cleaned up', async () => {
  const { status, body } = await api.request('/api/v1/stats')
  expect(status).toBe(200)
  const { tasks, bytes, durations, cleanup } = stats.strict().parse(body)
  const byStatus = { pending: 1, processing: 0, completed: 100, failed: 1, cancelled: 0, expired: 0 }
  expect(tasks).toEqual({ total: 102, byStatus, byKind: { 'image.optimize': byStatus } })
  expect(bytes).toEqual({ in: 102_000, out: 100 * variants.reduce((sum, { size }) => sum + size, 0) })
  expect(durations).toEqual({ sample: 100, waitMs: { p50: 50, p95: 95, p99: 99 }, runMs: { p50: 500, p95: 950, p99: 990 } })
  expect(cleanup).toEqual({
    runs: 2,
    tasksExpired: 3,
    filesRemoved: 9,
    bytesFreed: 1234,
    recordsRemoved: 1,
    lastRunAt: '1970-01-01T00:00:00.000Z',
  })
})

it('of nothing are zeros', async () => {
  const { tasks, bytes, durations, cleanup } = stats.strict().parse((await empty.request('/api/v1/stats')).body)
  expect([tasks.total, bytes, durations.sample, durations.runMs]).toEqual([0, { in: 0, out: 0 }, 0, { p50: null, p95: null, p99: null }])
  expect(cleanup).toMatchObject({ runs: 0, lastRunAt: null })
})

it('are not counted anew for everybody who asks', async () => {
  const [first, second] = [stats.parse((await api.request('/api/v1/stats')).body), stats.parse((await api.request('/api/v1/stats')).body)]
  expect(second.at).toBe(first.at)
})
