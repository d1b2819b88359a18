import { taskPage, type TaskPage } from '@darkroom/contracts'
import { DEFAULT_TENANT } from '@darkroom/contracts'
import { sampleJpeg, uniqueName } from '@darkroom/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApi, testLog, type TestApi } from '../../../test/start-test-api.ts'
import { newRecord, testViews } from '../../../test/task-history.ts'
import { ListTasks, ListTasksHandler } from './list-tasks.ts'
import { TaskCache } from '../task-cache.ts'
import { taskModel, toObjectId } from '../task-model.ts'
import type { PageStart } from '../list-page.ts'
import { TaskStore, type TaskFilter } from '../task-store.ts'

let api: TestApi
let store: TaskStore

beforeAll(async () => {
  api = await startTestApi()
  store = new TaskStore(api.database)
})
afterAll(() => api.stop())

const BASE = Date.UTC(2026, 0, 1)

/** Tasks created at these times; several may have the same one. */
async function insertAt(...milliseconds: number[]): Promise<string[]> {
  const records = milliseconds.map((ms) => newRecord({ name: 'listed', createdAt: new Date(BASE + ms) }))
  for (const record of records) await store.insert(record)
  return records.map(({ id }) => id)
}

async function get(query: string): Promise<TaskPage> {
  return taskPage.parse((await api.agent().get(`/api/v1/tasks?${query}`)).body)
}

it('paging by cursor returns each task once, even if tasks are added meanwhile', async () => {
  const before = await insertAt(5000, 4000, 3000, 3000, 3000, 3000, 2000, 1000)
  const seen: string[] = []
  let cursor = ''
  do {
    const page = await get(`limit=2${cursor && `&cursor=${cursor}`}`)
    seen.push(...page.items.map(({ id }) => id))
    cursor = page.nextCursor ?? ''
    // Newer tasks, which push everything to later pages, and some with exactly the time at which
    // the page ended.
    await insertAt(9000, 3000)
  } while (cursor && seen.length < 50)
  expect(new Set(seen).size).toBe(seen.length)
  expect(seen).toEqual(expect.arrayContaining(before))
})

it('the last page has no next one, even if it is full', async () => {
  await insertAt(60_000, 60_001, 60_002, 60_003)
  const window = `createdFrom=${new Date(BASE + 60_000).toISOString()}&createdTo=${new Date(BASE + 60_004).toISOString()}&limit=2`
  const first = await get(window)
  const second = await get(`${window}&cursor=${first.nextCursor}`)
  expect([first.items.length, second.items.length, second.nextCursor]).toEqual([2, 2, null])
})

it('a cursor that was changed is refused', async () => {
  await insertAt(1000, 2000)
  const { nextCursor } = await get('limit=1')
  const { status, body } = await api.agent().get(`/api/v1/tasks?limit=1&cursor=${nextCursor}A`)
  expect([status, body.code]).toEqual([400, 'INVALID_QUERY'])
})

it('a list has an ETag, which gives 304 until the list changes', async () => {
  const ask = (known = '') => api.agent().get('/api/v1/tasks?limit=3').set('If-None-Match', known)
  const { etag = '' } = (await ask().expect('Cache-Control', 'no-cache')).headers
  expect(etag).not.toBe('')
  await ask(etag).expect(304, '').expect('ETag', etag)
  expect((await api.upload(await sampleJpeg({ width: 64, height: 48 }))).status).toBe(202)
  const changed = await ask(etag).expect(200)
  expect(changed.headers['etag']).not.toBe(etag)
})

/** Each replies only after the other was called, too. */
class MeetingStore extends TaskStore {
  readonly #both = Promise.withResolvers<void>()
  #asked = 0

  async #meet(): Promise<void> {
    if (++this.#asked === 2) this.#both.resolve()
    await this.#both.promise
  }

  override async list(filter: TaskFilter, start: PageStart, limit: number) {
    await this.#meet()
    return super.list(filter, start, limit)
  }

  override async count(filter: TaskFilter, atMost: number) {
    await this.#meet()
    return super.count(filter, atMost)
  }
}

it('the page and the total are read concurrently [S1.8]', async () => {
  const cache = new TaskCache(api.redis, `${uniqueName('list')}:`, testLog)
  const handler = new ListTasksHandler({ store: new MeetingStore(api.database), cache, views: testViews })
  const { items, total } = await handler.handle(new ListTasks({ tenant: DEFAULT_TENANT }, { page: 1, limit: 1 }))
  expect([items.length, total > 0]).toEqual([1, true])
})

describe('the total', () => {
  it('is counted up to 10,000 and is a lower bound above that, except on the last page', async () => {
    const tenant = uniqueName('many')
    const { collection } = taskModel(api.database)
    const made = (count: number) =>
      Array.from({ length: count }, () => {
        const { id, ...record } = newRecord({ tenant, name: 'one of many' })
        return { _id: toObjectId(id), ...record }
      })
    for (let batch = 0; batch < 10; batch++) await collection.insertMany(made(1000) as never[], { ordered: false })
    const asked = ({ page = 1, ...filter }: Partial<TaskFilter> & { page?: number } = {}) => {
      const cache = new TaskCache(api.redis, `${uniqueName('list')}:`, testLog)
      return new ListTasksHandler({ store, cache, views: testViews }).handle(
        new ListTasks({ tenant, ...filter }, { page, limit: 100 }),
      )
    }
    expect(await asked()).toMatchObject({ total: 10_000, totalIsExact: true })
    await collection.insertMany(made(10) as never[])
    expect(await asked()).toMatchObject({ total: 10_000, totalIsExact: false })
    expect(await asked({ priority: 'interactive' })).toMatchObject({ total: 10_000, totalIsExact: false })
    expect(await asked({ priority: 'batch' })).toMatchObject({ total: 0, totalIsExact: true })
    expect(await asked({ page: 101 })).toMatchObject({ total: 10_010, totalIsExact: true })
  })

  it('does not delay its page if counting takes too long', async () => {
    class BusyStore extends TaskStore {
      override async count(): Promise<number> {
        throw Object.assign(new Error('operation exceeded time limit'), { name: 'MongoServerError', code: 50 })
      }
    }
    const cache = new TaskCache(api.redis, `${uniqueName('list')}:`, testLog)
    const handler = new ListTasksHandler({ store: new BusyStore(api.database), cache, views: testViews })
    await insertAt(1, 2)
    const { items, total, totalIsExact } = await handler.handle(
      new ListTasks({ tenant: DEFAULT_TENANT }, { page: 1, limit: 1 }),
    )
    expect([items.length, total, totalIsExact]).toEqual([1, 2, false])
  })
})

it('every error and every worker has a list and a total of its own', async () => {
  const failed = (code: string, workerId: string) =>
    newRecord({
      status: 'failed',
      nextCheckAt: null,
      error: { code, message: 'For the test', retryable: false },
      workerId,
    })
  const records = [failed('DISK_LOST', 'one'), failed('DISK_LOST', 'two'), failed('DISK_SLOW', 'two')]
  for (const record of records) await store.insert(record)
  for (const [query, ...expected] of [
    ['code=DISK_LOST', 0, 1],
    ['code=DISK_SLOW', 2],
    ['workerId=one', 0],
    ['workerId=two', 1, 2],
    ['workerId=two&code=DISK_LOST', 1],
  ] as const) {
    const { total } = await get(`${query}&limit=1`)
    const { items } = await get(`${query}&limit=10`)
    const ids = new Set(expected.map((at) => records[at]?.id))
    expect([query, total, new Set(items.map(({ id }) => id))]).toEqual([query, ids.size, ids])
  }
})

describe('large metadata', () => {
  const metadata = { text: 'x'.repeat(50_000) }

  it('is left out of lists, which say so, but not of its task', async () => {
    const [large, small] = [newRecord({ metadata }), newRecord({ metadata: { text: 'x'.repeat(4000) } })]
    for (const record of [large, small]) await store.insert(record)
    const items = new Map((await get('limit=100')).items.map((item) => [item.id, item]))
    expect(items.get(large.id)).toMatchObject({ metadata: {}, metadataOmitted: true })
    expect(items.get(small.id)).toMatchObject({ metadata: small.metadata })
    expect(items.get(small.id)).not.toHaveProperty('metadataOmitted')
    expect((await api.request(`/api/v1/tasks/${large.id}`)).body).toMatchObject({ metadata })
  })

  it('does not fill the cache, and neither do long lists', async () => {
    const sizes = async (): Promise<Map<string, number>> => {
      const found = new Map<string, number>()
      for await (const keys of api.redis.scanStream({ match: `${api.names.cachePrefix}task*` }))
        for (const key of keys as string[]) found.set(key, (await api.redis.get(key))?.length ?? 0)
      return found
    }
    const records = Array.from({ length: 100 }, () => newRecord({ metadata }))
    for (const record of records) await store.insert(record)
    const before = await sizes()
    const moments = Array.from(
      { length: 20 },
      (_, second) => `limit=20&createdTo=2999-01-01T00:00:${String(second).padStart(2, '0')}Z`,
    )
    const questions = ['limit=20', 'limit=100', 'status=pending&limit=100', 'limit=20&page=2', ...moments]
    for (const question of questions) await api.agent().get(`/api/v1/tasks?${question}`).expect(200)
    const after = await sizes()
    // Only the first one: the others are too large, or not requested often enough.
    expect([...after.keys()].filter((key) => key.includes(':list:') && !before.has(key))).toHaveLength(1)
    expect([...after.values()].filter((length) => length > 65 * 1024)).toEqual([])
  })
})
