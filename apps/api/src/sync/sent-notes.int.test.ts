import { uniqueName, until } from '@darkroom/testing'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { openDatabase, testLog } from '../../test/start-test-api.ts'
import { newRecord } from '../../test/task-history.ts'
import { TaskStore } from '../tasks/task-store.ts'
import type { TaskRecord } from '../tasks/task.ts'
import { CheckStore } from './check-store.ts'
import { SentNotes } from './sent-notes.ts'

let database: Awaited<ReturnType<typeof openDatabase>>
let store: TaskStore
let notes: SentNotes

beforeAll(async () => {
  database = await openDatabase(uniqueName('notes'))
  store = new TaskStore(database.connection)
  await store.prepare()
})
beforeEach(() => {
  notes = new SentNotes({ checks: new CheckStore(database.connection), log: testLog, now: Date.now })
})
afterAll(() => database.drop())

async function newTask(): Promise<TaskRecord> {
  const task = newRecord()
  await store.insert(task)
  return task
}

const stateOf = async ({ tenant, id }: TaskRecord) => (await store.find(tenant, id))?.dispatch.state

it('tasks without events are recorded as dispatched separately, and checked later', async () => {
  const tasks = await Promise.all([newTask(), newTask()])
  notes.add(tasks)
  for (const task of tasks) {
    await until(async () => (await stateOf(task)) === 'sent', { what: 'the record of the dispatch' })
    const { nextCheckAt } = (await store.find(task.tenant, task.id)) as TaskRecord
    expect(nextCheckAt?.getTime()).toBeGreaterThan(Date.now() + 5000)
  }
})

it('a started task needs no separate write', async () => {
  const [begun, waiting] = await Promise.all([newTask(), newTask()])
  notes.add([begun, waiting])
  notes.taskChanged(begun)
  await notes.write()
  expect(await stateOf(waiting)).toBe('sent')
  expect(await stateOf(begun)).toBe('due')
})

it('events of an earlier epoch do not affect the job of this one', async () => {
  const task = await newTask()
  notes.add([task])
  notes.taskChanged({ ...task, epoch: 0 })
  await notes.write()
  expect(await stateOf(task)).toBe('sent')
})

it('a dispatch that cannot be recorded is left to a sweep', async () => {
  const task = await newTask()
  const away = await openDatabase(uniqueName('away'))
  await away.drop()
  const lost = new SentNotes({ checks: new CheckStore(away.connection), log: testLog, now: Date.now })
  lost.add([task])
  await lost.write()
  expect(await stateOf(task)).toBe('due')
})
