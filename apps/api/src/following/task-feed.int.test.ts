import { uniqueName } from '@darkroom/testing'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { openDatabase, testLog } from '../../test/start-test-api.ts'
import { newRecord } from '../../test/task-history.ts'
import { TaskFeed } from './task-feed.ts'
import type { TaskFollower } from './task-follower.ts'
import { TaskStore } from '../tasks/task-store.ts'
import type { TaskRecord } from '../tasks/task.ts'

let database: Awaited<ReturnType<typeof openDatabase>>
let store: TaskStore
let feed: TaskFeed
let task: TaskRecord
let follower: TaskFollower
const leaving = new AbortController()

beforeAll(async () => {
  database = await openDatabase(uniqueName('feed'))
  store = new TaskStore(database.connection)
})
beforeEach(async () => {
  feed = new TaskFeed({ store, recheckMs: 60_000, log: testLog })
  task = newRecord()
  await store.insert(task)
  follower = feed.follow(task.tenant, task.id, leaving.signal)
  await feed.read(task.tenant, task.id)
  await next()
})
afterAll(async () => {
  leaving.abort()
  await database.drop()
})

const next = () => follower.next(leaving.signal)
const told = (change: Partial<TaskRecord>): void => feed.changed(task.tenant, task.id, { ...task, ...change })

it('passes on a change as it was written, without reading it again', async () => {
  told({ rev: 3, status: 'processing' })
  expect(await next()).toMatchObject({ task: { rev: 3, status: 'processing' } })
})

it('drops changes that arrive late, and outdated reads', async () => {
  told({ rev: 2, status: 'completed' })
  told({ rev: 1, status: 'processing' })
  await feed.read(task.tenant, task.id)
  expect(await next()).toMatchObject({ task: { rev: 2, status: 'completed' } })
  told({ epoch: 2, rev: 4, status: 'pending' })
  expect(await next()).toMatchObject({ task: { epoch: 2, rev: 4 } })
})

it('a deleted task does not reappear with late events', async () => {
  await database.connection.collection('tasks').deleteMany({})
  await feed.read(task.tenant, task.id)
  told({ rev: 1, status: 'processing' })
  expect(await next()).toEqual({ gone: true })
})
