import { stats, TASK_KINDS, toStoredFile, type Task, type TaskEvent } from '@darkroom/contracts'
import { sampleJpeg, until } from '@darkroom/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endAs } from '../../test/end-task.ts'
import { newRecord, variantOf } from '../../test/task-history.ts'
import { startTestApi, testLog, type TestApi } from '../../test/start-test-api.ts'
import { TaskStore } from '../tasks/task-store.ts'
import { MinuteMeter } from './minute-meter.ts'
import { MinuteStore } from './minute-store.ts'
import { StatsStore, type Totals } from './stats-store.ts'
import { TaskTotals } from './task-totals.ts'

const variants = [variantOf('1024', 768, 'a'.repeat(32)), variantOf('800', 600, 'b'.repeat(32))]

let api: TestApi
let empty: TestApi
beforeAll(async () => {
  ;[api, empty] = await Promise.all([startTestApi(), startTestApi()])
  const store = new TaskStore(api.database)
  const source = { bytes: 1000, format: 'jpeg' as const, width: 1, height: 1, sha256: '' }
  for (let run = 1; run <= 100; run++) {
    const done = {
      status: 'completed' as const,
      nextCheckAt: null,
      files: variants.map(toStoredFile),
      waitMs: run,
      processingTimeMs: run * 10,
    }
    await store.insert(newRecord({ source, ...done }))
  }
  for (const status of ['failed', 'pending'] as const) await store.insert(newRecord({ source, status }))
  await store.insert(
    newRecord({ source, tenant: 'somebody-else', status: 'completed', files: variants.map(toStoredFile) }),
  )
  const totals = {
    runs: 2,
    tasksExpired: 3,
    filesRemoved: 9,
    bytesFreed: 1234,
    recordsRemoved: 1,
    queueRowsRemoved: 4,
    lastRunAt: new Date(0),
  }
  await api.database.collection<{ _id: string }>('cleanup-totals').insertOne({ _id: 'all', ...totals })
})
afterAll(async () => {
  await api.stop()
  await empty.stop()
})

it('counts the tasks, bytes, durations and clean-ups of the tenant [S0.13]', async () => {
  const { body } = await api.agent().get('/api/v1/stats').expect(200)
  const { tasks, bytes, durations, cleanup } = stats.strict().parse(body)
  const byStatus = { pending: 1, processing: 0, completed: 100, failed: 1, cancelled: 0, expired: 0 }
  const none = { pending: 0, processing: 0, completed: 0, failed: 0, cancelled: 0, expired: 0 }
  const noneOfAnyKind = Object.fromEntries(TASK_KINDS.map((kind) => [kind, none]))
  expect(tasks).toEqual({ total: 102, byStatus, byKind: { ...noneOfAnyKind, 'image.optimize': byStatus } })
  expect(bytes).toEqual({ in: 102_000, out: 100 * variants.reduce((sum, { size }) => sum + size, 0) })
  expect(durations).toEqual({
    sample: 100,
    waitMs: { p50: 50, p95: 95, p99: 99 },
    runMs: { p50: 500, p95: 950, p99: 990 },
  })
  expect(cleanup).toEqual({
    runs: 2,
    tasksExpired: 3,
    filesRemoved: 9,
    bytesFreed: 1234,
    recordsRemoved: 1,
    queueRowsRemoved: 4,
    lastRunAt: '1970-01-01T00:00:00.000Z',
  })
})

it('of nothing are zeros', async () => {
  const { tasks, bytes, durations, cleanup } = stats.strict().parse((await empty.agent().get('/api/v1/stats')).body)
  expect([tasks.total, bytes, durations.sample, durations.runMs]).toEqual([
    0,
    { in: 0, out: 0 },
    0,
    { p50: null, p95: null, p99: null },
  ])
  expect(cleanup).toMatchObject({ runs: 0, lastRunAt: null })
})

it('are not counted again for each request', async () => {
  const ask = async () => stats.parse((await api.agent().get('/api/v1/stats')).body)
  const [first, second] = [await ask(), await ask()]
  expect(second.at).toBe(first.at)
})

it('of each minute are those of all processes, for the tenant only, as far back as asked', async () => {
  const now = Date.parse('2026-05-04T09:30:20Z')
  const store = new MinuteStore(empty.database)
  const [one, other] = [1, 2].map(() => new MinuteMeter({ store, log: testLog, now: () => now }))
  const files = variants.map(toStoredFile)
  const record = newRecord({ files, waitMs: 10, processingTimeMs: 60 })
  const source = { bytes: 1000, format: 'jpeg' as const, width: 1, height: 1, sha256: '' }
  const completed = { eventType: 'task.completed' } as TaskEvent
  for (const meter of [one, one, other]) meter?.onTask({ ...record, source }, completed)
  other?.onTask({ ...record, source, waitMs: 50 }, completed)
  other?.onTask(record, { eventType: 'task.failed' } as TaskEvent)
  other?.onTask({ ...record, tenant: 'another' }, completed)
  await Promise.all([one?.write(), other?.write()])
  const handler = new MinuteMeter({ store, log: testLog, now: () => now + 60_000 })
  handler.onTask(record, { eventType: 'task.failed' } as TaskEvent)
  await handler.write()

  const minute = new Date('2026-05-04T09:30:00Z')
  const bytesOut = 4 * variants.reduce((sum, { size }) => sum + size, 0)
  const [first, second] = await store.since(record.tenant, minute)
  expect(first).toMatchObject({ at: minute, completed: 4, failed: 1, bytesIn: 4000, bytesOut, waitMs: 80, runMs: 240 })
  expect(second).toMatchObject({ completed: 0, failed: 1 })
  expect(await store.since(record.tenant, new Date(now))).toHaveLength(1)
  expect(await store.since('another', minute)).toHaveLength(1)
})

it('of minutes in which tasks ended are stored within seconds, and shown on request', async () => {
  const photo = await sampleJpeg({ width: 64, height: 48 })
  await endAs(empty, (await empty.upload(photo)).body as Task, 'completed')
  const since = new Date(Date.now() - 60_000).toISOString()
  const ask = async () => stats.parse((await empty.agent().get('/api/v1/stats').query({ since }).expect(200)).body)
  const { minutes } = await until(async () => ((await ask()).minutes?.length ? ask() : undefined), {
    what: 'the minute',
    timeoutMs: 15_000,
  })
  expect(minutes).toEqual([expect.objectContaining({ completed: 1, failed: 0 })])
  expect((await empty.agent().get('/api/v1/stats')).body).not.toHaveProperty('minutes')
})

it('are not asked for more than a day', async () => {
  const since = new Date(Date.now() - 25 * 3_600_000).toISOString()
  const { body } = await empty.agent().get('/api/v1/stats').query({ since }).expect(400)
  expect(body).toMatchObject({ code: 'INVALID_QUERY', detail: expect.stringContaining('at most 24 hours ago') })
})

describe('the totals', () => {
  class CountingStore extends StatsStore {
    pieces = 0

    override sums(after: string, limit: number) {
      this.pieces++
      return super.sums(after, limit)
    }
  }
  const totalOf = (totals: Totals | undefined): number =>
    totals?.groups.reduce((sum, { count }) => sum + count, 0) ?? Number.NaN
  const countAnew = () => api.database.collection('task-totals').deleteMany({})

  it('are the same in pieces as in one go', async () => {
    await countAnew()
    const store = new CountingStore(api.database)
    const whole = await new TaskTotals({ store, log: testLog }).read(5000)
    expect([totalOf(whole), store.pieces]).toEqual([103, 1])
    await countAnew()
    const pieces = await new TaskTotals({ store, log: testLog, piece: 10 }).read(5000)
    expect(store.pieces).toBe(1 + 11)
    expect(new Set(pieces?.groups)).toEqual(new Set(whole?.groups))
  })

  it('are not counted to the end by a process that stops', async () => {
    await countAnew()
    const stopping = new AbortController()
    const store = new CountingStore(api.database)
    const totals = new TaskTotals({ store, log: testLog, piece: 10, stop: stopping.signal })
    const counted = totals.read(500)
    await until(() => store.pieces > 1)
    stopping.abort()
    expect(await counted).toBeUndefined()
    expect(store.pieces).toBeLessThan(11)
  })

  it('are counted by one of many processes', async () => {
    await countAnew()
    const store = new CountingStore(api.database)
    const processes = Array.from({ length: 10 }, () => new TaskTotals({ store, log: testLog }))
    const seen = await Promise.all([...processes, ...processes].map((totals) => totals.read(5000)))
    expect(new Set(seen.map(totalOf))).toEqual(new Set([103]))
    expect(store.pieces).toBe(1)
  })

  it('that take long keep being served, with their time', async () => {
    const store = new CountingStore(api.database)
    const at = new Date(Date.now() - 3_600_000)
    await store.saveTotals({ groups: [], at, tookMs: 200_000 })
    expect(await new TaskTotals({ store, log: testLog }).read(5000)).toMatchObject({ at, groups: [] })
    expect(store.pieces).toBe(0)
    await store.saveTotals({ groups: [], at, tookMs: 100_000 })
    expect(totalOf(await new TaskTotals({ store, log: testLog }).read(5000))).toBe(103)
  })

  it('are counted by the next process if one dies while counting', async () => {
    await countAnew()
    const store = new StatsStore(api.database)
    const claim = (claimant: string, ms: number) =>
      store.claim({ claimant, now: new Date(Date.now() + ms), forMs: 60_000, since: null })
    await claim('dead', -61_000)
    expect(totalOf(await new TaskTotals({ store, log: testLog }).read(5000))).toBe(103)
    await countAnew()
    await claim('dead, and an hour ahead', 3_600_000)
    expect(totalOf(await new TaskTotals({ store, log: testLog }).read(5000))).toBe(103)
    await countAnew()
    await claim('at it', 0)
    expect(await new TaskTotals({ store, log: testLog }).read(200)).toBeUndefined()
  })
})
