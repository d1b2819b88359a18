import { historyOf, newRecord } from '../../test/task-history.ts'
import { anyHistory, shuffledWithDuplicates } from '../../test/any-history.ts'
import { forgetKeys, openDatabase, openRedis, testLog } from '../../test/start-test-api.ts'
import type { TaskEvent } from '@darkroom/contracts'
import { NO_TRACING } from '@darkroom/runtime/tracing'
import { uniqueName } from '@darkroom/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KnownTtls } from './known-ttls.ts'
import { createAnnouncer } from '../tasks/announce.ts'
import { TaskCache } from '../tasks/task-cache.ts'
import { TaskStore } from '../tasks/task-store.ts'
import type { TaskRecord } from '../tasks/task.ts'
import { UpdateTaskStatus, UpdateTaskStatusHandler } from './update-task-status.ts'

const name = uniqueName('status')
const NOW = Date.UTC(2026, 4, 2)
const published: TaskEvent[] = []

let database: Awaited<ReturnType<typeof openDatabase>>
let redis: Awaited<ReturnType<typeof openRedis>>
let store: TaskStore
let cache: TaskCache
let handler: UpdateTaskStatusHandler

beforeAll(async () => {
  database = await openDatabase(name)
  redis = await openRedis()
  store = new TaskStore(database.connection)
  await store.prepare()
  cache = new TaskCache(redis, `${name}:`, testLog)
  const publish = async (event: TaskEvent) => void published.push(event)
  handler = new UpdateTaskStatusHandler({
    store,
    announcer: createAnnouncer({ cache, publish }),
    ttls: new KnownTtls(3600),
    holdStartsMs: 0,
    log: testLog,
    tracing: NO_TRACING,
    now: () => NOW,
  })
})

afterAll(async () => {
  await forgetKeys(redis, `${name}:*`)
  redis.disconnect()
  await database.drop()
})

const tell = (event: TaskEvent) => handler.handle(new UpdateTaskStatus(event))
const read = async (task: TaskRecord): Promise<TaskRecord> => (await store.find(task.tenant, task.id)) as TaskRecord

async function newTask(given: Partial<TaskRecord> = {}): Promise<TaskRecord> {
  const task = newRecord(given)
  await store.insert(task)
  return task
}

/** The record without its ids and the traces of how it was reached. */
function contentOf({
  id: _id,
  jobId: _jobId,
  originalPath: _path,
  rev: _rev,
  log: _log,
  createdAt: _created,
  updatedAt: _updated,
  ...content
}: TaskRecord) {
  return content
}

it(
  'events in any order, repeated, from four concurrent senders, lead to the same result as in order [S3.11]',
  { timeout: 60_000 },
  async () => {
    const createdAt = new Date(NOW)
    const stories = anyHistory().chain((runs) => {
      const places = historyOf({ id: '' }, runs).map((event) => event.seq)
      const heard = shuffledWithDuplicates(historyOf({ id: '' }, runs)).map((events) =>
        events.map(({ seq }) => places.indexOf(seq)),
      )
      return fc.record({ runs: fc.constant(runs), heard })
    })
    await fc.assert(
      fc.asyncProperty(stories, async ({ runs, heard }) => {
        const [straight, shuffled] = [await newTask({ createdAt }), await newTask({ createdAt })]
        for (const event of historyOf(straight, runs)) await tell(event)

        const events = historyOf(shuffled, runs)
        const queue = heard.map((place) => events[place] as TaskEvent)
        const sender = async () => {
          for (let event = queue.shift(); event; event = queue.shift()) await tell(event)
        }
        await Promise.all([sender(), sender(), sender(), sender()])
        expect(contentOf(await read(shuffled))).toEqual(contentOf(await read(straight)))

        const settled = await read(shuffled)
        for (const event of events) await tell(event)
        expect(await read(shuffled)).toEqual(settled)
      }),
      { numRuns: 15 },
    )
  },
)

it('each write that takes effect counts once and is logged once', async () => {
  const task = await newTask()
  const events = historyOf(task, [
    { progress: 0, end: 'retry' },
    { progress: 0, end: 'completed' },
  ])
  for (const event of events) await Promise.all([tell(event), tell(event), tell(event)])
  const { rev, log, attempts, seq } = await read(task)
  expect(rev).toBe(4)
  expect(log.map(({ type }) => type)).toEqual(['task.processing', 'task.retry', 'task.processing', 'task.completed'])
  expect(attempts).toMatchObject({ made: 2, nextAt: null })
  expect(seq).toBe(events.at(-1)?.seq)
})

it('returns the changed task, or nothing if nothing has changed [S3.10]', async () => {
  const task = await newTask()
  const [processing] = historyOf(task, [{ progress: 0, end: 'running' }]) as [TaskEvent]
  expect(await tell(processing)).toMatchObject({ id: task.id, status: 'processing', rev: 1 })
  expect(await tell(processing)).toBeUndefined()
  expect(await tell({ ...processing, taskId: newRecord().id })).toBeUndefined()
  expect(await tell({ ...processing, tenant: 'somebody-else', seq: 1999 })).toBeUndefined()
  expect(await tell({ ...processing, epoch: 2, seq: 1999 })).toBeUndefined()
})

it('if a process dies between its write and the cache update, another one makes the write visible', async () => {
  const task = await newTask()
  const cached = () => cache.taskJson(task.tenant, task.id, () => read(task))
  await cached()
  const [processing] = historyOf(task, [{ progress: 0, end: 'running' }]) as [TaskEvent]
  const dead = new TaskCache(redis, `${name}-dead:`, testLog)
  const deps = {
    store,
    announcer: createAnnouncer({ cache: dead, publish: async () => {} }),
    ttls: new KnownTtls(3600),
    holdStartsMs: 0,
    log: testLog,
    tracing: NO_TRACING,
    now: () => NOW,
  }
  await new UpdateTaskStatusHandler(deps).handle(new UpdateTaskStatus(processing))
  expect(await cached()).toContain('"pending"')

  expect(await tell(processing)).toBeUndefined()
  expect(await cached()).toContain('"processing"')
})

it.each([3600, 7200])(
  'files are kept for the lifetime of their task, whichever process accepted it: %i s',
  async (ttlSeconds) => {
    const task = await newTask({ ttlSeconds })
    for (const event of historyOf(task, [{ progress: 0, end: 'completed' }])) await tell(event)
    expect(await read(task)).toMatchObject({ status: 'completed', expiresAt: new Date(NOW + ttlSeconds * 1000) })
  },
)

it('later events do not change a task that has ended [S3.11]', async () => {
  const task = await newTask()
  for (const event of historyOf(task, [{ progress: 0, end: 'completed' }])) await tell(event)
  const before = await read(task)
  for (const event of historyOf(task, [
    { progress: 2, end: 'retry' },
    { progress: 1, end: 'lost' },
    { progress: 1, end: 'failed' },
  ]))
    await tell(event)
  expect(await read(task)).toEqual(before)
})

it('publishes a final failure once, since only the API knows of it', async () => {
  const task = await newTask()
  const events = historyOf(task, [{ progress: 0, end: 'failed' }])
  for (const event of [...events, ...events]) await tell(event)
  expect(published.filter((event) => event.taskId === task.id).map(({ eventType }) => eventType)).toEqual([
    'task.failed',
  ])
})

it('does not write progress within the first second of a run', async () => {
  const task = await newTask()
  const [processing, progress] = historyOf(task, [{ progress: 1, end: 'running' }]) as [
    TaskEvent,
    TaskEvent & { startedAt: number },
  ]
  await tell(processing)
  expect(await tell({ ...progress, timestamp: progress.startedAt + 999 })).toBeUndefined()
  expect(await tell({ ...progress, timestamp: progress.startedAt + 1000 })).toMatchObject({ progress: { percent: 10 } })
})

describe('a start that is held back', () => {
  const LONG_MS = 60_000
  const holding = (holdStartsMs: number) =>
    new UpdateTaskStatusHandler({
      store,
      announcer: createAnnouncer({ cache, publish: async () => {} }),
      ttls: new KnownTtls(3600),
      holdStartsMs,
      log: testLog,
      tracing: NO_TRACING,
      now: () => NOW,
    })

  it('is written together with the end that follows, with the same result as two writes', async () => {
    const [apart, together] = [await newTask({ createdAt: new Date(NOW) }), await newTask({ createdAt: new Date(NOW) })]
    for (const event of historyOf(apart, [{ progress: 0, end: 'completed' }])) await tell(event)
    const waiting = holding(LONG_MS)
    const [start, end] = historyOf(together, [{ progress: 0, end: 'completed' }]) as [TaskEvent, TaskEvent]
    const told = waiting.handle(new UpdateTaskStatus(start))
    expect(await waiting.handle(new UpdateTaskStatus(end))).toMatchObject({ status: 'completed', rev: 1 })
    expect(await told).toBeUndefined()
    const [one, two] = [await read(together), await read(apart)]
    expect(contentOf(one)).toEqual(contentOf(two))
    expect(one.log).toEqual(two.log)
  })

  it('is written alone if nothing follows in time', async () => {
    const task = await newTask()
    const [start] = historyOf(task, [{ progress: 0, end: 'running' }]) as [TaskEvent]
    expect(await holding(20).handle(new UpdateTaskStatus(start))).toMatchObject({ status: 'processing', rev: 1 })
  })

  it('is not written twice if another process has written it in the meantime', async () => {
    const task = await newTask()
    const [start, end] = historyOf(task, [{ progress: 0, end: 'completed' }]) as [TaskEvent, TaskEvent]
    const waiting = holding(LONG_MS)
    void waiting.handle(new UpdateTaskStatus(start))
    await tell(start)
    expect(await waiting.handle(new UpdateTaskStatus(end))).toMatchObject({ status: 'completed', rev: 2 })
    expect((await read(task)).log.map(({ type }) => type)).toEqual(['task.processing', 'task.completed'])
  })
})
