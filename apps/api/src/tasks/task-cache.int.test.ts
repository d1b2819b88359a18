import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { DEFAULT_TENANT, type Task, type TaskEvent } from '@darkroom/contracts'
import { connectRedis } from '@darkroom/runtime'
import { NO_TRACING } from '@darkroom/runtime/tracing'
import { allowedMs, sampleJpeg, startTcpProxy, timed, uniqueName, until } from '@darkroom/testing'
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { fieldPart } from '../../test/multipart.ts'
import { forgetKeys, openDatabase, openRedis, startTestApi, testLog } from '../../test/start-test-api.ts'
import { historyOf, newRecord, testViews } from '../../test/task-history.ts'
import { GetTaskJsonHandler } from './queries/get-task-json.ts'
import { GetTask, GetTaskHandler } from './queries/get-task.ts'
import { ListTasks, ListTasksHandler } from './queries/list-tasks.ts'
import { KnownTtls } from '../applying/known-ttls.ts'
import { createAnnouncer } from './announce.ts'
import { TaskCache } from './task-cache.ts'
import { TaskStore, type TaskFilter } from './task-store.ts'
import type { TaskRecord } from './task.ts'
import { UpdateTaskStatus, UpdateTaskStatusHandler } from '../applying/update-task-status.ts'

const name = uniqueName('cache')
const mine: TaskFilter = { tenant: DEFAULT_TENANT }
const firstPage = { page: 1, limit: 10 }
let database: Awaited<ReturnType<typeof openDatabase>>
let redis: Redis
let store: TaskStore

beforeAll(async () => {
  database = await openDatabase(name)
  redis = await openRedis()
  store = new TaskStore(database.connection)
  await store.prepare()
})

afterAll(async () => {
  await forgetKeys(redis, `${name}:*`)
  redis.disconnect()
  await database.drop()
})

/** The handlers of one API process, on the shared store and their own cache connection. */
function processOn(connection: Redis, prefix = `${name}:`, readFrom = store) {
  const cache = new TaskCache(connection, prefix, testLog)
  const get = new GetTaskHandler({ getTaskJson: new GetTaskJsonHandler({ store: readFrom, cache, views: testViews }) })
  const list = new ListTasksHandler({ store, cache, views: testViews })
  const update = new UpdateTaskStatusHandler({
    store,
    announcer: createAnnouncer({ cache, publish: async () => {} }),
    ttls: new KnownTtls(3600),
    holdStartsMs: 0,
    log: testLog,
    tracing: NO_TRACING,
    now: Date.now,
  })
  return {
    cache,
    get: (task: TaskRecord): Promise<Task> => get.handle(new GetTask(task.tenant, task.id)),
    list: (filter: TaskFilter = mine) => list.handle(new ListTasks(filter, firstPage)),
    tell: (event: TaskEvent) => update.handle(new UpdateTaskStatus(event)),
  }
}

async function newTask(given: Partial<TaskRecord> = {}): Promise<TaskRecord> {
  const task = newRecord(given)
  await store.insert(task)
  return task
}

/** How often a command was called. */
const commandsOf = (info: string, command: string): number =>
  Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(info)?.[1] ?? 0)

async function keysOf(connection: Redis, pattern: string): Promise<string[]> {
  const found: string[] = []
  for await (const keys of connection.scanStream({ match: pattern })) found.push(...(keys as string[]))
  return found
}

describe('the keys', () => {
  it('are exactly the documented ones, with their documented TTLs [S1.7, S1.8]', async () => {
    // A Redis database of its own, as the documented keys have no namespace.
    const url = new URL(inject('redisUrl'))
    url.pathname = '/13'
    const alone = await openRedis(url.href)
    const { get, list, tell } = processOn(alone, '')
    const task = await newTask()
    const before = performance.now()
    try {
      await get(task)
      await list()
      const keys = await keysOf(alone, 'task*')
      const entries = keys.filter((key) => !key.endsWith('generation'))
      expect(entries).toHaveLength(3)
      const ttlOf = async (pattern: RegExp) => alone.pttl(entries.find((key) => pattern.test(key)) ?? 'none of them')
      for (const [pattern, most] of [
        [new RegExp(`^task:${task.id}$`), 60_000],
        [/^tasks:list:[0-9a-f]{32}$/, 30_000],
        [/^tasks:count:[0-9a-f]{32}$/, 45_000],
      ] as const) {
        const ttl = await ttlOf(pattern)
        expect(ttl).toBeLessThanOrEqual(most)
        // Shorter by at most the time since before it was stored; Redis counts whole milliseconds.
        expect(ttl).toBeGreaterThanOrEqual(most - (performance.now() - before) - 2)
      }
      for (const event of historyOf(task, [{ progress: 0, end: 'completed' }])) await tell(event)
      for (const key of await keysOf(alone, 'task*'))
        expect({ key, lives: (await alone.pttl(key)) > 0 }).toEqual({ key, lives: true })
    } finally {
      await forgetKeys(alone, 'task*')
      alone.disconnect()
    }
  })

  it('are equal for equal queries, in any order [S1.8]', async () => {
    const prefix = `${name}:order:`
    const { cache } = processOn(redis, prefix)
    const load = async () => []
    await cache.list({ tenant: DEFAULT_TENANT, status: 'failed', priority: 'batch' }, { page: 1, limit: 5 }, load)
    await cache.list(
      { priority: 'batch', kind: undefined, status: 'failed', tenant: DEFAULT_TENANT },
      { limit: 5, page: 1 },
      load,
    )
    expect(await keysOf(redis, `${prefix}tasks:list:*`)).toHaveLength(1)
    await cache.list({ tenant: DEFAULT_TENANT, status: 'failed', priority: 'batch' }, { page: 2, limit: 5 }, load)
    await cache.list({ tenant: DEFAULT_TENANT, status: 'failed' }, { page: 1, limit: 5 }, load)
    expect(await keysOf(redis, `${prefix}tasks:list:*`)).toHaveLength(3)
  })

  it('of two tenants never collide', async () => {
    const { list } = processOn(redis, `${name}:tenants:`)
    const own = await newTask({ tenant: 'own' })
    await newTask({ tenant: 'foreign' })
    expect((await list({ tenant: 'foreign' })).items.map(({ id }) => id)).not.toContain(own.id)
    const { items, total } = await list({ tenant: 'own' })
    expect([items.map(({ id }) => id), total]).toEqual([[own.id], 1])
  })
})

it('the next read of every process returns the new status [S1.10, S3.11]', async () => {
  const [writer, reader] = [processOn(redis), processOn(redis)]
  const task = await newTask()
  for (const event of historyOf(task, [
    { progress: 1, end: 'retry' },
    { progress: 0, end: 'completed' },
  ])) {
    const completed = async () => (await reader.list({ ...mine, status: 'completed' })).items.map(({ id }) => id)
    const before = await completed()
    await reader.get(task)
    const changed = await writer.tell(event)
    expect(changed).toBeDefined()
    expect(await reader.get(task)).toEqual(testViews.task(changed!))
    if (event.eventType === 'task.completed')
      expect((await completed()).toSorted()).toEqual([...before, task.id].toSorted())
  }
})

it('a count is read once per TTL, however many tasks are added, and a list after each change', async () => {
  const { cache } = processOn(redis, `${name}:counts:`)
  const asked = { count: 0, list: 0 }
  for (let round = 0; round < 10; round++) {
    expect(await cache.count(mine, async () => ++asked.count)).toBe(1)
    await cache.list(mine, firstPage, async () => ({ asked: ++asked.list }))
    await cache.taskCreated(DEFAULT_TENANT)
  }
  expect(asked).toEqual({ count: 1, list: 10 })
})

it('a count stored by another release is read again', async () => {
  const { cache } = processOn(redis, `${name}:older:`)
  await cache.count(mine, async () => 1)
  const [key = ''] = await keysOf(redis, `${name}:older:tasks:count:*`)
  await redis.set(key, '{"generation":"a","value":7}', 'PX', 10_000)
  expect(await cache.count(mine, async () => 2)).toBe(2)
})

it('progress invalidates the task but not the lists', async () => {
  const { get, list, tell } = processOn(redis)
  const task = await newTask()
  const [processing, progress] = historyOf(task, [{ progress: 1, end: 'running' }]) as [TaskEvent, TaskEvent]
  await tell(processing)
  await list()
  const before = await redis.get(`${name}:tasks:generation`)
  await tell(progress)
  expect((await get(task)).progress.percent).toBe(10)
  expect(await redis.get(`${name}:tasks:generation`)).toBe(before)
})

/** The store as seen by a busy process: there is a delay between reading and using the result. */
class LaggingStore extends TaskStore {
  override async find(tenant: string, id: string): Promise<TaskRecord | undefined> {
    const found = await super.find(tenant, id)
    await delay(Math.random() * 8)
    return found
  }
}

it('concurrent readers and writers leave nothing stale behind [S1.10]', { timeout: 90_000 }, async () => {
  const connections = await Promise.all(Array.from({ length: 3 }, () => openRedis()))
  const lagging = new LaggingStore(database.connection)
  const processes = connections.map((connection) => processOn(connection, `${name}:`, lagging))
  const task = await newTask()
  let seq = 1
  let stale = 0
  const [first, progress] = historyOf(task, [{ progress: 1, end: 'running' }]) as [
    TaskEvent,
    TaskEvent & { eventType: 'task.progress' },
  ]
  await processes[0]?.tell({ ...first, seq })
  const soon = <T>(act: () => Promise<T>): Promise<T> => delay(Math.random() * 8).then(act)
  for (let round = 0; round < 300; round++) {
    const writes = processes.map(({ tell }) => soon(() => tell({ ...progress, seq: ++seq, percent: seq })))
    const reads = [...processes, ...processes].map(({ get }) => soon(() => get(task)))
    await Promise.all([...writes, ...reads])
    const truth = await store.find(task.tenant, task.id)
    const seen = await Promise.all(processes.map(({ get }) => get(task)))
    stale += seen.filter((view) => view.progress.percent !== truth?.progress.percent).length
  }
  for (const connection of connections) connection.disconnect()
  expect(stale).toBe(0)
})

it('fifty concurrent readers of an uncached key cause one read [S1.5]', async () => {
  const { cache } = processOn(redis)
  let loads = 0
  const load = async () => {
    loads++
    return { total: await store.count(mine, 1000) }
  }
  const read = () => cache.taskJson(DEFAULT_TENANT, 'cold', load)
  const values = await Promise.all(Array.from({ length: 50 }, read))
  expect(new Set(values).size).toBe(1)
  await read()
  expect(loads).toBe(1)
})

it('a reader that misses an entry just as it is stored causes no read of its own', async () => {
  const busy = await openRedis()
  const set = busy.set.bind(busy) as (...command: unknown[]) => Promise<string | null>
  let sent = 0
  const heard: (() => void)[] = []
  // The second reply, with the generation, and the third, that the entry is stored, arrive in the
  // same turn of the event loop.
  busy.set = ((...command: unknown[]) => {
    const [answer, turn] = [set(...command), ++sent]
    if (turn !== 2 && turn !== 3) return answer
    const { promise, resolve } = Promise.withResolvers<string | null>()
    void answer.then((text) => {
      heard.push(() => resolve(text))
      if (turn === 3) heard.forEach((hear) => hear())
    })
    return promise
  }) as typeof busy.set
  const { cache } = processOn(busy)
  let loads = 0
  const read = () => cache.taskJson(DEFAULT_TENANT, 'overtaken', async () => ({ loads: ++loads }))
  expect(await Promise.all([read(), read()])).toEqual(['{"loads":1}', '{"loads":1}'])
  expect([sent, loads]).toEqual([3, 1])
  busy.disconnect()
})

it('missing tasks are not cached', async () => {
  const { get } = processOn(redis)
  const task = newRecord()
  await expect(get(task)).rejects.toMatchObject({ code: 'TASK_NOT_FOUND' })
  await store.insert(task)
  expect(await get(task)).toMatchObject({ id: task.id })
})

it('an entry that is not JSON is ignored without an error [S1.5]', async () => {
  const { get } = processOn(redis)
  const task = await newTask()
  await redis.set(`${name}:task:${task.id}`, '{broken', 'PX', 10_000)
  expect(await get(task)).toMatchObject({ id: task.id })
})

describe('without Redis', () => {
  it('reads come from the store, and changes are visible to all when it is back', async () => {
    const proxy = await startTcpProxy(inject('redisUrl'))
    const cut = connectRedis(proxy.url, 'cache', testLog)
    await until(() => cut.status === 'ready')
    const [away, elsewhere] = [processOn(cut), processOn(redis)]
    const task = await newTask()
    await elsewhere.get(task)
    await elsewhere.list()

    await proxy.cut()
    await until(() => cut.status !== 'ready')
    const [processing] = historyOf(task, [{ progress: 0, end: 'running' }]) as [TaskEvent]
    await away.tell(processing)
    expect(await away.get(task)).toMatchObject({ status: 'processing' })
    expect((await away.list({ ...mine, status: 'processing' })).items.map(({ id }) => id)).toContain(task.id)

    await proxy.restore()
    await until(async () => (await elsewhere.get(task)).status === 'processing', {
      what: 'the invalidation that is owed',
    })
    expect((await elsewhere.list({ ...mine, status: 'processing' })).items.map(({ id }) => id)).toContain(task.id)
    cut.disconnect()
    await proxy.stop()
  })

  it(
    'what is owed after a long outage is bounded, and everything is fresh for all once it is paid',
    { timeout: 60_000 },
    async () => {
      const proxy = await startTcpProxy(inject('redisUrl'))
      const cut = connectRedis(proxy.url, 'cache', testLog)
      await until(() => cut.status === 'ready')
      const [away, elsewhere] = [processOn(cut), processOn(redis)]
      const [first, late] = [await newTask(), await newTask()]
      for (const task of [first, late]) await elsewhere.get(task)

      await proxy.cut()
      await until(() => cut.status !== 'ready')
      await away.tell(historyOf(first, [{ progress: 0, end: 'running' }])[0]!)
      for (let index = 0; index < 200_000; index++)
        void away.cache.taskChanged('another', String(index), { listed: false })
      await away.tell(historyOf(late, [{ progress: 0, end: 'running' }])[0]!)

      const before = commandsOf(await redis.info('commandstats'), 'eval')
      await proxy.restore()
      for (const task of [first, late])
        await until(async () => (await elsewhere.get(task)).status === 'processing', {
          what: 'the invalidation that is owed',
        })
      expect(commandsOf(await redis.info('commandstats'), 'eval') - before).toBeLessThan(50)
      cut.disconnect()
      await proxy.stop()
    },
  )

  it('a hanging Redis causes only short delays', async () => {
    const proxy = await startTcpProxy(inject('redisUrl'))
    const cut = connectRedis(proxy.url, 'cache', testLog)
    await until(() => cut.status === 'ready')
    const { get, tell } = processOn(cut)
    const readTellRead = (task: TaskRecord) =>
      timed(async () => {
        expect(await get(task)).toMatchObject({ status: 'pending' })
        await tell(historyOf(task, [{ progress: 0, end: 'running' }])[0]!)
        expect(await get(task)).toMatchObject({ status: 'processing' })
      })
    const control = await readTellRead(await newTask())
    const task = await newTask()
    proxy.freeze()
    expect((await readTellRead(task)).ms).toBeLessThan(allowedMs(4000, control.ms))
    cut.disconnect()
    await proxy.stop()
  })
})

it('never sends a command that scans or flushes the whole database [S1.10]', async () => {
  const url = new URL(inject('redisUrl'))
  url.pathname = '/14'
  const sent = new Set<string>()
  const stopWatching = await watchCommands(url, (command) => sent.add(command.toUpperCase()))
  const api = await startTestApi({ REDIS_URL: url.href })
  const photo = await sampleJpeg({ width: 64, height: 48 })
  for (let round = 0; round < 5; round++) {
    const { body } = await api.upload(photo, [fieldPart('priority', 'batch')])
    const task = body as Task
    for (const event of historyOf(task, [
      { progress: 1, end: 'retry' },
      { progress: 0, end: 'completed' },
    ]))
      await api.tell(event)
    const reads = [
      `/tasks/${task.id}`,
      `/tasks/${task.jobId}`,
      '/tasks',
      '/tasks?status=completed',
      '/queues',
      `/queues/${api.names.queue}/jobs?state=prioritized`,
    ]
    await Promise.all(reads.map((path) => api.request(`/api/v1${path}`)))
    await until(async () => ((await api.request(`/api/v1/tasks/${task.id}`)).body as Task).status === 'completed')
  }
  await until(() => sent.has('MGET') && sent.has('PUBLISH') && [...sent].some((command) => command.startsWith('EVAL')))
  const before = [...sent]
  await api.stop()
  stopWatching()
  for (const command of ['KEYS', 'FLUSHALL', 'FLUSHDB', 'SAVE', 'DEBUG', 'SWAPDB', 'RANDOMKEY', 'SCAN'])
    expect(before).not.toContain(command)
})

/**
 * Reports every command that is sent to the database of a URL. Not by ioredis: on a busy server,
 * commands of others arrive before its reply to MONITOR, which it cannot tell apart.
 */
async function watchCommands(url: URL, report: (command: string) => void): Promise<() => void> {
  const socket = connect(Number(url.port), url.hostname)
  const lines = createInterface({ input: socket })
  const monitoring = once(lines, 'line')
  const ofDatabase = new RegExp(`^\\+[\\d.]+ \\[${url.pathname.slice(1)} [^\\]]*\\] "([^"]+)"`)
  lines.on('line', (line) => {
    const [, command] = ofDatabase.exec(line) ?? []
    if (command !== undefined) report(command)
  })
  if (url.password !== '') socket.write(`AUTH ${url.username || 'default'} ${decodeURIComponent(url.password)}\r\n`)
  socket.write('MONITOR\r\n')
  await monitoring
  return () => socket.destroy()
}
