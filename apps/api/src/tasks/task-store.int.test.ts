import { toStoredFile, type StoredFile, type TaskEvent } from '@darkroom/contracts'
import { uniqueName } from '@darkroom/testing'
import { Types } from 'mongoose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../../test/start-test-api.ts'
import { historyOf, newRecord, testViews, thumbOf, variantOf } from '../../test/task-history.ts'
import { ExpiryStore } from '../removal/expiry-store.ts'
import { restart } from './task-steps.ts'
import { TaskStore, type TaskFilter } from './task-store.ts'
import { moveFor, type Move, type TaskRecord } from './task.ts'

const name = uniqueName('store')
const mine: TaskFilter = { tenant: 'mine' }
let database: Awaited<ReturnType<typeof openDatabase>>
let store: TaskStore

beforeAll(async () => {
  database = await openDatabase(name)
  store = new TaskStore(database.connection)
  await store.prepare()
})

beforeEach(async () => {
  await database.connection.collection('tasks').deleteMany({})
})

afterAll(() => database.drop())

async function newTask(given: Partial<TaskRecord> = {}): Promise<TaskRecord> {
  const task = newRecord({ tenant: 'mine', ...given })
  await store.insert(task)
  return task
}

const ids = (tasks: readonly TaskRecord[]): string[] => tasks.map(({ id }) => id)

it('returns what was stored', async () => {
  const task = await newTask({ metadata: { a: [1, { b: null }], '': 'empty key' } })
  expect(await store.find('mine', task.id)).toEqual(task)
  expect(await store.findByJobId('mine', task.jobId)).toEqual(task)
})

describe('a task that an earlier release completed', () => {
  const images = [variantOf('1024', 768, 'a'.repeat(32)), variantOf('800', 600, 'b'.repeat(32))]
  const paths = images.map(({ path }) => path)
  const documents = () => database.connection.collection('tasks')

  async function earlierTask(): Promise<TaskRecord> {
    const { id, files: _files, result: _result, ...record } = newRecord({ tenant: 'mine', status: 'completed' })
    await documents().insertOne({ _id: new Types.ObjectId(id), ...record, images } as never)
    return (await store.find('mine', id))!
  }

  it('has its images as files', async () => {
    const task = await earlierTask()
    expect(task).toMatchObject({ files: images.map(toStoredFile), result: {} })
    expect(testViews.task(task).images.map(({ url: _url, ...image }) => image)).toEqual(images)
    expect(await store.listedFiles([...paths, 'output/another'])).toEqual(new Set(paths))
    const expiries = new ExpiryStore(database.connection)
    expect(await Promise.all(paths.map((path) => expiries.isLive(path)))).toEqual([true, true])
  })

  it('lists none of them any more once it is restarted', async () => {
    const task = await earlierTask()
    expect(await store.restart(task, restart(task, 0, 0).move)).toMatchObject({ status: 'pending', files: [] })
    expect(await documents().findOne({})).toMatchObject({ images: [], files: [] })
    expect(await store.listedFiles(paths)).toEqual(new Set())
  })
})

describe('beside processes of release 0.1', () => {
  const variant = variantOf('1024', 768, 'a'.repeat(32))
  const documents = () => database.connection.collection('tasks')
  const complete = async (thumb?: StoredFile) => {
    const task = await newTask()
    const [, completed] = historyOf(task, [{ progress: 0, end: 'completed' }])
    const told = { ...completed!, images: [variant], ...(thumb && { thumb }) } as TaskEvent
    const fence = { id: task.id, tenant: 'mine', epoch: 1, seq: told.seq }
    return (await store.move(fence, moveFor(told, 0) as Move))!
  }

  it('every task has images, which is all that those read', async () => {
    const { id } = await newTask()
    expect(await documents().findOne({ _id: new Types.ObjectId(id) })).toMatchObject({ images: [] })
    const completed = await complete()
    const stored = await documents().findOne({ _id: new Types.ObjectId(completed.id) })
    expect(stored).toMatchObject({ images: [variant], files: [toStoredFile(variant)] })
  })

  it('those know the thumbnail, so that they do not remove it as an orphan', async () => {
    const thumb = thumbOf('c'.repeat(32))
    const { id } = await complete(thumb)
    const stored = await documents().findOne({ _id: new Types.ObjectId(id) })
    expect(stored?.['images']).toMatchObject([variant, { resolution: 'thumb', path: thumb.path }])
    expect(await store.find('mine', id)).toMatchObject({ files: [toStoredFile(variant), thumb] })
  })

  it('images that those wrote last are the files of the task', async () => {
    const { id } = await complete()
    for (const images of [[], [variantOf('800', 600, 'b'.repeat(32))]]) {
      await documents().updateOne({ _id: new Types.ObjectId(id) }, { $set: { images } })
      expect(await store.find('mine', id)).toMatchObject({ files: images.map(toStoredFile) })
    }
  })
})

it('a document that is not a task is rejected', async () => {
  const task = newRecord()
  for (const wrong of [{ status: 'done' }, { files: [{ path: 'output/a' }] }, { source: {} }, { unknown: 1 }]) {
    await expect(store.insert({ ...task, ...wrong } as never)).rejects.toThrow(Object.keys(wrong)[0])
  }
  expect(await database.connection.collection('tasks').countDocuments()).toBe(0)
})

it('of twenty equal concurrent updates, one succeeds', async () => {
  const task = await newTask()
  const [event] = historyOf(task, [{ progress: 0, end: 'running' }])
  const fence = { id: task.id, tenant: 'mine', epoch: 1, seq: event?.seq ?? 0 }
  const racers = Array.from({ length: 20 }, () => store.move(fence, moveFor(event!, 0) as Move))
  const winners = (await Promise.all(racers)).filter(Boolean)
  expect(winners).toHaveLength(1)
  expect(await store.find('mine', task.id)).toMatchObject({
    status: 'processing',
    rev: 1,
    log: [{ type: 'task.processing' }],
  })
})

it('the log keeps the last hundred entries', async () => {
  const task = await newTask()
  const [first, progress] = historyOf(task, [{ progress: 1, end: 'running' }])
  for (let seq = 1; seq <= 105; seq++) {
    const move = moveFor({ ...(seq === 1 ? first! : progress!), seq }, 0) as Move
    await store.move({ id: task.id, tenant: 'mine', epoch: 1, seq }, move)
  }
  const { log, rev } = (await store.find('mine', task.id)) as TaskRecord
  expect(rev).toBe(105)
  expect([log.length, log[0]?.seq, log.at(-1)?.seq]).toEqual([100, 6, 105])
})

it('no two tasks share a job id [S0.1]', async () => {
  const { jobId } = await newTask()
  await expect(newTask({ jobId })).rejects.toMatchObject({ code: 11000 })
})

describe('a list', () => {
  const at = (second: number) => new Date(Date.UTC(2026, 4, 1) + second * 1000)

  it('is newest first, with a stable order of equal times', async () => {
    const tasks = []
    for (const second of [3, 1, 2, 2, 2]) tasks.push(await newTask({ createdAt: at(second) }))
    const expected = tasks.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? 1 : -1))
    expect(ids(await store.list(mine, { skip: 0 }, 10))).toEqual(ids(expected))
    expect(ids(await store.list(mine, { skip: 1 }, 2))).toEqual(ids(expected).slice(1, 3))
  })

  it('read by cursor returns every task once, even if tasks are added meanwhile', async () => {
    const tasks = await Promise.all(
      Array.from({ length: 25 }, (_, index) => newTask({ createdAt: at(Math.floor(index / 4)) })),
    )
    const seen: string[] = []
    for (let page = await store.list(mine, { skip: 0 }, 4); page.length > 0;) {
      seen.push(...ids(page))
      await newTask({ createdAt: at(50) })
      page = await store.list(mine, { after: page.at(-1) as TaskRecord }, 4)
    }
    expect(seen).toHaveLength(25)
    expect(seen.toSorted()).toEqual(ids(tasks).toSorted())
  })

  it('is filtered', async () => {
    const old = await newTask({ createdAt: at(1), status: 'failed', nextCheckAt: null })
    const urgent = await newTask({ createdAt: at(2), priority: 'premium' })
    const shown = async (filter: Partial<TaskFilter>) => ids(await store.list({ ...mine, ...filter }, { skip: 0 }, 10))
    expect(await shown({ status: 'failed' })).toEqual([old.id])
    expect(await shown({ priority: 'premium' })).toEqual([urgent.id])
    // Between two times: SecantusDB excludes an exact lower bound if the index is descending.
    expect(await shown({ createdFrom: at(1.5) })).toEqual([urgent.id])
    expect(await shown({ createdTo: at(2) })).toEqual([old.id])
    expect(await shown({ createdFrom: at(0.5), createdTo: at(3), kind: 'image.optimize' })).toEqual([urgent.id, old.id])
    expect(await store.count({ ...mine, status: 'failed' }, 10)).toBe(1)
    const error = { code: 'IMAGE_CORRUPT', message: 'For the test', retryable: false }
    const corrupt = await newTask({ createdAt: at(3), status: 'failed', nextCheckAt: null, error, workerId: 'one' })
    const other = await newTask({ createdAt: at(4), workerId: 'two' })
    expect(await shown({ code: 'IMAGE_CORRUPT' })).toEqual([corrupt.id])
    expect(await shown({ code: 'STORAGE_FULL' })).toEqual([])
    expect(await shown({ workerId: 'two' })).toEqual([other.id])
    expect(await shown({ workerId: 'one', code: 'IMAGE_CORRUPT', status: 'failed' })).toEqual([corrupt.id])
  })
})

it("a tenant never sees another's tasks", async () => {
  const own = await newTask()
  const foreign = await newTask({ tenant: 'theirs' })
  expect(await store.find('mine', foreign.id)).toBeUndefined()
  expect(await store.findByJobId('mine', foreign.jobId)).toBeUndefined()
  expect(ids(await store.list(mine, { skip: 0 }, 10))).toEqual([own.id])
  expect(
    ids(await store.list(mine, { after: { createdAt: new Date(Date.now() + 60_000), id: 'f'.repeat(24) } }, 10)),
  ).toEqual([own.id])
  expect(await store.count(mine, 10)).toBe(1)
  const [event] = historyOf(foreign, [{ progress: 0, end: 'completed' }])
  expect(
    await store.move({ id: foreign.id, tenant: 'mine', epoch: 1, seq: 1001 }, moveFor(event!, 0) as Move),
  ).toBeUndefined()
})

it('counts the tasks that have not ended, of all tenants', async () => {
  await newTask()
  await newTask({ tenant: 'theirs' })
  await newTask({ status: 'completed', nextCheckAt: null })
  expect(await store.countUnfinished(10)).toBe(2)
})
