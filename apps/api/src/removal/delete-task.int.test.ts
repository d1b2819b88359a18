import type { Problem, Task } from '@darkroom/contracts'
import { sampleJpeg, until } from '@darkroom/testing'
import { Types } from 'mongoose'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { startTestApi, type TestApi } from '../../test/start-test-api.ts'
import { completedOf, historyOf, variantOf } from '../../test/task-history.ts'

const photo = await sampleJpeg({ width: 64, height: 48 })
let api: TestApi

beforeAll(async () => {
  api = await startTestApi({ CLEANUP_INTERVAL_MS: '200' })
})
// What another test left unfinished was made of the same photo, and would keep its files.
beforeEach(() => tasks().deleteMany({}))
afterAll(() => api.stop())

const newTask = async (): Promise<Task> => (await api.upload(photo)).body as Task
const get = (task: Task) => api.request(task.links.self)
const remove = (task: Task) => api.request(task.links.self, { method: 'DELETE' })
const tasks = () => api.database.collection('tasks')
const documentOf = (task: Task) => tasks().findOne({ jobId: task.jobId })
const hasFile = (key: string): Promise<boolean> => api.storage.stat(key).then(() => true, () => false) // prettier-ignore

/** A completed task with files of these names, which lie in a folder of their own. */
async function completedTask(...names: string[]): Promise<Task> {
  const task = await newTask()
  const images = names.map((name) => ({
    ...variantOf('800', 600, 'a'.repeat(32)),
    path: `output/${name}/800/${'a'.repeat(32)}.jpg`,
  }))
  for (const { path } of images) await api.storage.put(path, Buffer.from('variant'))
  await api.tell(completedOf(task, images))
  return until(async () => ((await get(task)).body as Task).status === 'completed' && ((await get(task)).body as Task))
}

it('a task is removed with its files, its record and its job', async () => {
  const task = await completedTask('whole')
  expect((await remove(task)).status).toBe(204)
  for (const path of [task.links.self, task.links.status, task.links.download])
    expect((await api.request(path)).status, path).toBe(404)
  await until(async () => !(await documentOf(task)), { what: 'the end of the record' })
  expect(await hasFile(task.originalPath)).toBe(false)
  expect(await hasFile(task.images[0]!.path)).toBe(false)
  expect((await remove(task)).status).toBe(404)
  const { items, total } = (await api.request('/api/v1/tasks?limit=100')).body as { items: Task[]; total: number }
  expect(items.map(({ id }) => id)).not.toContain(task.id)
  expect(total).toBe(items.length)
})

it('the job of a waiting task is removed from the queue, and no late event restores the task', async () => {
  const task = await newTask()
  await until(() => api.queue.find(task.id, 1))
  expect((await remove(task)).status).toBe(204)
  await until(async () => !(await api.queue.find(task.id, 1)), { what: 'the end of the job' })
  for (const event of historyOf(task, [{ progress: 0, end: 'completed' }])) await api.tell(event)
  await until(async () => !(await documentOf(task)))
  expect((await get(task)).status).toBe(404)
})

it('a running task stays', async () => {
  const task = await newTask()
  await api.tell(historyOf(task, [{ progress: 0, end: 'running' }])[0]!)
  await until(async () => ((await get(task)).body as Task).status === 'processing')
  const { status, body } = await remove(task)
  expect([status, body as Problem]).toMatchObject([409, { code: 'TASK_PROCESSING' }])
  expect(await hasFile(task.originalPath)).toBe(true)
})

it('a shared file is kept until the last task that lists it is removed', async () => {
  const [first, second] = [await completedTask('shared', 'first-alone'), await completedTask('shared')]
  expect((await remove(first)).status).toBe(204)
  await until(async () => !(await documentOf(first)))
  expect(await hasFile(first.images[1]!.path)).toBe(false)
  expect(await hasFile(second.images[0]!.path)).toBe(true)
  await remove(second)
  await until(async () => !(await documentOf(second)))
  expect(await hasFile(second.images[0]!.path)).toBe(false)
})

it('a file that a running task may come to list is kept until a later clean-up', async () => {
  const task = await completedTask('busy')
  const worker = await newTask()
  expect((await remove(task)).status).toBe(204)
  expect((await get(task)).status).toBe(404)
  await until(async () => (await documentOf(task))?.['purgeAt'] > new Date(), { what: 'the postponement' })
  expect(await hasFile(task.images[0]!.path)).toBe(true)
  await api.tell(completedOf(worker))
  await until(async () => ((await get(worker)).body as Task).status === 'completed')
  await tasks().updateOne({ jobId: task.jobId }, { $set: { purgeAt: new Date(0) } })
  await until(async () => !(await documentOf(task)), { what: 'the end of the record' })
  expect(await hasFile(task.images[0]!.path)).toBe(false)
})

it('a clean-up finishes an interrupted deletion', async () => {
  const task = await completedTask('crashed')
  const now = new Date()
  const mark = { tenant: '', status: 'expired', nextCheckAt: null, purgeAt: now, removeAt: now }
  await tasks().updateOne({ _id: new Types.ObjectId(task.id) }, { $set: mark })
  await until(async () => !(await documentOf(task)), { what: 'the end of the record' })
  expect(await hasFile(task.originalPath)).toBe(false)
  expect(await hasFile(task.images[0]!.path)).toBe(false)
})

it('one of many concurrent requests deletes it', async () => {
  const task = await completedTask('raced')
  const answers = await Promise.all(Array.from({ length: 8 }, () => remove(task)))
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
    204,
    ...Array.from({ length: 7 }, () => 404),
  ])
})
