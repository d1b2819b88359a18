import { readFileSync } from 'node:fs'
import type { Task } from '@darkroom/contracts'
import { sampleJpeg, until, startTcpProxy, type TcpProxy } from '@darkroom/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { parseMetrics, sampleOf, type Sample } from '../../test/parse-metrics.ts'
import { startTestApi, type TestApi } from '../../test/start-test-api.ts'
import { taskFiles } from '../mongo/migrations/0001-task-files.ts'
import { fatal, startTestWorker, type TestWorker } from '../../test/test-worker.ts'

const kind = 'image.optimize'
let api: TestApi
let redis: TcpProxy
let worker: TestWorker
let samples: Sample[]
let photo: Buffer
let fails = false

const scrape = async (): Promise<Sample[]> =>
  parseMetrics((await api.request('/metrics', { signal: AbortSignal.timeout(8000) })).text)
const read = async (id: string): Promise<Task> => (await api.request(`/api/v1/tasks/${id}`)).body as Task
const upload = async (): Promise<string> => ((await api.upload(photo)).body as Task).id
const ended = (id: string): Promise<unknown> =>
  until(async () => ['completed', 'failed'].includes((await read(id)).status), { what: 'the task to end' })

beforeAll(async () => {
  redis = await startTcpProxy(inject('redisUrl'))
  api = await startTestApi({ REDIS_URL: redis.url, ESTIMATE_INTERVAL_MS: '100' })
  photo = await sampleJpeg({ width: 64, height: 48 })
  worker = await startTestWorker(api, {
    slots: 3,
    work: async () => {
      if (fails) throw fatal('IMAGE_CORRUPT')
    },
  })
  await ended(await upload())
  fails = true
  await ended(await upload())
  for (let count = 0; count < 5; count++) await api.request(`/api/v1/tasks/${count}`)
  await api.request('/nowhere/at/all')
  samples = await scrape()
})
afterAll(async () => {
  await worker.stop()
  await api.stop()
  await redis.stop()
})

it('is what Prometheus reads [S0.17]', async () => {
  const { status, headers, text } = await api.request('/metrics')
  expect(status).toBe(200)
  expect(headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  expect(parseMetrics(text).every(({ name }) => name.startsWith('darkroom_'))).toBe(true)
})

it('has every metric that the alert rules use, except those of workers', async () => {
  const rules = readFileSync(new URL('../../../../deploy/observability/alerts.yml', import.meta.url), 'utf8')
  const { text } = await api.request('/metrics')
  const names = new Set(rules.match(/darkroom_(?!worker_)\w+/g))
  expect(names.size).toBeGreaterThan(0)
  for (const name of names) expect(text).toContain(`# TYPE ${name.replace(/_count$/, '')} `)
})

it('counts what tasks do', () => {
  const of = (name: string, labels: Record<string, string> = {}) => sampleOf(samples, name, labels)
  expect(of('darkroom_tasks_created_total', { kind, priority: 'interactive' })).toBe(2)
  expect(of('darkroom_tasks_ended_total', { kind, status: 'completed' })).toBe(1)
  expect(of('darkroom_tasks_ended_total', { kind, status: 'failed' })).toBe(1)
  expect(of('darkroom_task_failures_total', { kind, code: 'IMAGE_CORRUPT' })).toBe(1)
  expect(of('darkroom_source_bytes_total', { kind })).toBe(photo.length * 2)
  expect(of('darkroom_variant_bytes_total', { kind })).toBe(2000)
  expect(of('darkroom_task_run_seconds_count', { kind })).toBe(1)
  expect(of('darkroom_task_wait_seconds_count', { kind, priority: 'interactive' })).toBe(2)
  expect(of('darkroom_task_attempts_count', { kind, status: 'completed' })).toBe(1)
  expect(of('darkroom_event_lag_seconds_count')).toBe(2)
  expect(of('darkroom_cache_reads_total', { entry: 'task', result: 'miss' })).toBeGreaterThan(0)
})

it('reports the current state', () => {
  const queue = api.names.queue
  const states = Object.fromEntries(
    samples
      .filter(({ name, labels }) => name === 'darkroom_queue_jobs' && labels.queue === queue)
      .map(({ labels, value }) => [labels.state, value]),
  )
  expect(states).toEqual({ waiting: 0, prioritized: 0, active: 0, delayed: 0, completed: 1, failed: 1 })
  expect(sampleOf(samples, 'darkroom_queue_workers', { queue })).toBe(1)
  expect(sampleOf(samples, 'darkroom_queue_slots', { queue })).toBe(3)
  expect(sampleOf(samples, 'darkroom_queue_paused', { queue })).toBe(0)
  expect(sampleOf(samples, 'darkroom_queue_oldest_waiting_seconds', { queue })).toBe(0)
  expect(sampleOf(samples, 'darkroom_tasks_unfinished')).toBe(0)
  expect(sampleOf(samples, 'darkroom_tasks_stuck')).toBe(0)
  expect(sampleOf(samples, 'darkroom_cleanup_total', { what: 'tasks_expired' })).toBe(0)
  expect(sampleOf(samples, 'darkroom_service_up', { service: 'queue' })).toBe(1)
})

it('shows how far each migration is', async () => {
  const share = async () => sampleOf(await scrape(), 'darkroom_migration_progress_ratio', { migration: taskFiles.id })
  await until(async () => (await share()) === 1, { what: 'the migration of an empty database to be done' })
})

it('counts requests by route, not by path', () => {
  const routes = new Set(
    samples
      .filter(({ name }) => name === 'darkroom_http_request_duration_seconds_count')
      .map(({ labels }) => labels.route),
  )
  expect(routes).toEqual(new Set(['/api/v1/tasks', '/api/v1/tasks/:id', '/readyz', 'none']))
  expect(
    sampleOf(samples, 'darkroom_http_request_duration_seconds_count', {
      method: 'GET',
      route: '/api/v1/tasks/:id',
      status: '404',
    }),
  ).toBe(5)
  expect(
    sampleOf(samples, 'darkroom_http_request_duration_seconds_count', {
      method: 'POST',
      route: '/api/v1/tasks',
      status: '202',
    }),
  ).toBe(2)
})

it('an old unfinished task counts as stuck', async () => {
  await api.queue.pause()
  const id = await upload()
  const { matchedCount } = await api.database
    .collection('tasks')
    .updateMany({ name: { $exists: true }, status: 'pending' }, { $set: { lateAt: new Date(Date.now() - 1000) } })
  expect(matchedCount).toBe(1)
  await until(async () => sampleOf(await scrape(), 'darkroom_tasks_stuck') === 1, {
    what: 'the stuck task to be counted',
  })
  await api.queue.resume()
  await ended(id)
  await until(async () => sampleOf(await scrape(), 'darkroom_tasks_stuck') === 0, { what: 'nothing to be stuck' })
})

describe.each(['cut', 'freeze'] as const)('while Redis is unreachable (%s)', (outage) => {
  it('leaves out unknown values, and reports the rest', async () => {
    await redis[outage]()
    const away = await until(
      async () => {
        const now = await scrape()
        return sampleOf(now, 'darkroom_service_up', { service: 'queue' }) === 0 && now
      },
      { what: 'the outage to be noticed' },
    )
    expect(sampleOf(away, 'darkroom_queue_workers')).toBeUndefined()
    expect(sampleOf(away, 'darkroom_tasks_unfinished')).toBe(0)
    expect(sampleOf(away, 'darkroom_tasks_created_total')).toBeGreaterThan(0)
    await redis.cut()
    await redis.restore()
    await until(async () => sampleOf(await scrape(), 'darkroom_service_up', { service: 'queue' }) === 1, {
      what: 'Redis to be back',
    })
  })
})
