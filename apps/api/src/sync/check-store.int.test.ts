import { uniqueName } from '@darkroom/testing'
import { Types } from 'mongoose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../../test/start-test-api.ts'
import { newRecord } from '../../test/task-history.ts'
import { TaskStore } from '../tasks/task-store.ts'
import type { TaskRecord } from '../tasks/task.ts'
import { CheckStore } from './check-store.ts'

let database: Awaited<ReturnType<typeof openDatabase>>
let store: TaskStore
let checks: CheckStore

beforeAll(async () => {
  database = await openDatabase(uniqueName('checks'))
  store = new TaskStore(database.connection)
  checks = new CheckStore(database.connection)
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

describe('tasks that are due for a check', () => {
  const now = new Date(Date.UTC(2026, 4, 2))
  const later = (ms: number) => new Date(now.getTime() + ms)
  const claim = (claimant: string, at = now, limit = 100) =>
    checks.claimDue({ now: at, leaseMs: 1000, limit, claimant })

  it('are claimed by one process each', async () => {
    const tasks = await Promise.all(Array.from({ length: 30 }, () => newTask({ nextCheckAt: now })))
    const claims = await Promise.all(['a', 'b', 'c', 'd'].map((claimant) => claim(claimant, now, 20)))
    const taken = claims.flatMap(ids)
    expect(new Set(taken).size).toBe(taken.length)
    const rest = await claim('e')
    expect([...taken, ...ids(rest)].toSorted()).toEqual(ids(tasks).toSorted())
  })

  it('are due again when the lease has expired, and not before', async () => {
    const task = await newTask({ nextCheckAt: now })
    expect(ids(await claim('a'))).toEqual([task.id])
    expect(await claim('b', later(999))).toEqual([])
    expect(ids(await claim('b', later(1000)))).toEqual([task.id])
  })

  it('are returned longest due first, for all tenants', async () => {
    const late = await newTask({ nextCheckAt: later(-10) })
    const later2 = await newTask({ nextCheckAt: later(-20), tenant: 'theirs' })
    await newTask({ nextCheckAt: later(1) })
    await newTask({ nextCheckAt: null, status: 'completed' })
    expect(ids(await claim('a', now, 1))).toEqual([later2.id])
    expect(ids(await claim('a'))).toContain(late.id)
  })

  it('can be postponed or all made due, except finished ones', async () => {
    const open = await newTask({ nextCheckAt: new Date() })
    const ended = await newTask({ nextCheckAt: null, status: 'completed' })
    await checks.postpone(ids([open, ended]), new Date(Date.now() + 60_000))
    expect(await claim('a', new Date())).toEqual([])
    expect((await store.find('mine', ended.id))?.nextCheckAt).toBeNull()
    expect(await checks.checkAllNow()).toBe(1)
    expect(ids(await claim('a', new Date()))).toEqual([open.id])
  })

  it('can all be made due, however many there are', async () => {
    const nextCheckAt = new Date(Date.now() + 60_000)
    const tasks = Array.from({ length: 2500 }, () => newRecord({ nextCheckAt }))
    const documents = tasks.map(({ id, ...task }) => ({ _id: new Types.ObjectId(id), ...task }))
    await database.connection.collection('tasks').insertMany(documents as never)
    expect(await checks.checkAllNow()).toBe(2500)
    expect(await checks.checkAllNow()).toBe(0)
  })

  it('are due even if a fast clock has set their check to a much later time', async () => {
    const ahead = await newTask({ nextCheckAt: later(3_600_000) })
    await newTask({ nextCheckAt: later(600_000) })
    expect(ids(await claim('a'))).toEqual([ahead.id])
    expect(await claim('b')).toEqual([])
  })

  it('are leased by the clock of the database', async () => {
    const [before, at, after] = [Date.now(), (await checks.now()).getTime(), Date.now()]
    expect(at).toBeGreaterThanOrEqual(before - 1)
    expect(at).toBeLessThanOrEqual(after + 1)
  })

  it('are no longer due once they are dispatched', async () => {
    const task = await newTask({ nextCheckAt: now })
    await checks.markSent([task], later(5000))
    expect(await store.find('mine', task.id)).toMatchObject({ dispatch: { state: 'sent' }, nextCheckAt: later(5000) })
  })
})
