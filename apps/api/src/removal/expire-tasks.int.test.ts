import type { Problem, Task } from '@darkroom/contracts'
import { subscribeTaskEvents } from '@darkroom/messaging'
import { connectRedis } from '@darkroom/runtime'
import { sampleJpeg, until } from '@darkroom/testing'
import { afterAll, beforeAll, beforeEach, expect, inject, it } from 'vitest'
import { endAs } from '../../test/end-task.ts'
import { startTestApi, testLog, type TestApi } from '../../test/start-test-api.ts'
import { completedOf, variantOf } from '../../test/task-history.ts'

const photo = await sampleJpeg({ width: 64, height: 48 })
const ear = connectRedis(inject('redisUrl'), 'consumer', testLog)
const expired: string[] = []
let api: TestApi

beforeAll(async () => {
  api = await startTestApi({ CLEANUP_INTERVAL_MS: '100' })
  await subscribeTaskEvents(ear, api.names.channel, {
    onEvent: (event) => event.eventType === 'task.expired' && expired.push(event.taskId),
    onInvalid: () => {},
  })
})

// What another test left unfinished was made of the same photo, and would keep its files.
beforeEach(() => tasks().deleteMany({}))

afterAll(async () => {
  ear.disconnect()
  await api.stop()
})

const tasks = () => api.database.collection('tasks')
const documentOf = (task: Task) => tasks().findOne({ jobId: task.jobId })
const read = async (task: Task): Promise<Task> => (await api.request(task.links.self)).body as Task
const becomes = (task: Task, status: Task['status']) =>
  until(async () => (await read(task)).status === status && read(task), { what: status })
const set = (task: Task, fields: object) => tasks().updateOne({ jobId: task.jobId }, { $set: fields, $inc: { rev: 1 } })
const hasFile = (key: string): Promise<boolean> => api.storage.stat(key).then(() => true, () => false) // prettier-ignore
const totals = () => api.database.collection('cleanup-totals').findOne({})

async function completedTask(name: string): Promise<Task> {
  const task = (await api.upload(photo)).body as Task
  const image = { ...variantOf('800', 600, 'a'.repeat(32)), path: `output/${name}/800/${'a'.repeat(32)}.jpg` }
  await api.storage.put(image.path, photo)
  await api.tell(completedOf(task, [image]))
  return becomes(task, 'completed')
}

it('a task expires in three steps: unavailable, without files, removed [S0.12]', async () => {
  const task = await completedTask('three-steps')
  expect((await api.request(task.images[0]!.url)).status).toBe(200)

  await set(task, { expiresAt: new Date(Date.now() - 1) })
  const gone = await becomes(task, 'expired')
  expect(gone).toMatchObject({ images: [], epoch: 1 })
  const refused = await api.request(task.images[0]!.url)
  expect([refused.status, refused.body as Problem]).toMatchObject([410, { code: 'TASK_EXPIRED' }])
  await until(() => expired.includes(task.id), { what: 'the event' })
  const record = await documentOf(task)
  expect(record?.['log'].at(-1)).toMatchObject({ type: 'task.expired' })
  expect(record?.['purgeAt'].getTime()).toBeGreaterThan(Date.now() + 500_000)
  expect(record?.['removeAt'].getTime()).toBeGreaterThan(Date.now() + 29 * 86_400_000)
  expect(await hasFile(task.images[0]!.path)).toBe(true)

  // A run adds up what it did when it ends, which is after the event.
  const before = await until(totals, { what: 'the totals of the expiry' })
  await set(task, { purgeAt: new Date(0) })
  await until(async () => (await documentOf(task))?.['purgedAt'], { what: 'the end of the files' })
  for (const path of [task.originalPath, task.images[0]!.path]) expect(await hasFile(path)).toBe(false)
  expect(await documentOf(task)).toMatchObject({ status: 'expired', purgeAt: null, files: [] })
  await until(async () => ((await totals())?.['filesRemoved'] as number) === (before?.['filesRemoved'] as number) + 2, {
    what: 'the totals',
  })
  expect((await totals())?.['bytesFreed'] - before?.['bytesFreed']).toBe(2 * photo.length)

  await set(task, { removeAt: new Date(0) })
  await until(async () => (await api.request(task.links.self)).status === 404, { what: 'the end of the record' })
  await until(async () => ((await totals())?.['recordsRemoved'] as number) >= 1)
  expect(expired.filter((id) => id === task.id)).toHaveLength(1)
})

it.each(['failed', 'cancelled'] as const)('a %s task expires, too', async (status) => {
  const task = (await api.upload(photo)).body as Task
  await endAs(api, task, status)
  await set(task, { expiresAt: new Date(0) })
  expect(await becomes(task, 'expired')).toMatchObject({ id: task.id, images: [] })
})

it('a running task, or one with more time to live, does not expire', async () => {
  const working = (await api.upload(photo)).body as Task
  await set(working, { expiresAt: new Date(0) })
  const kept = await completedTask('kept')
  const marker = await completedTask('marker')
  await set(marker, { expiresAt: new Date(0) })
  await becomes(marker, 'expired')
  expect((await read(working)).status).toBe('pending')
  expect((await read(kept)).status).toBe('completed')
})

it('a task that cannot be cleaned up does not block others', async () => {
  const [stuck, other] = [await completedTask('stuck'), await completedTask('other')]
  await set(stuck, { status: 'expired', purgeAt: new Date(0), originalPath: '../not/a/key' })
  await set(other, { status: 'expired', purgeAt: new Date(0) })
  await until(async () => (await documentOf(other))?.['purgedAt'], { what: 'the other one' })
  expect((await documentOf(stuck))?.['purgedAt']).toBeNull()
})

it('many tasks that cannot be cleaned up do not block others, and are retried less and less often', async () => {
  const stuck = await completedTask('all-stuck')
  const { _id, ...like } = (await documentOf(stuck))!
  const copies = Array.from({ length: 120 }, (_, index) => ({
    ...like,
    jobId: `stuck-${index}`,
    status: 'expired',
    purgeAt: new Date(index),
    originalPath: '../not/a/key',
  }))
  await tasks().insertMany(copies)
  const other = await completedTask('behind-them')
  await set(other, { status: 'expired', purgeAt: new Date() })
  await until(async () => (await documentOf(other))?.['purgedAt'], { what: 'the one behind them' })

  const waitsFor = (failures: number, ms: number) =>
    until(
      () => tasks().findOne({ jobId: 'stuck-0', purgeFailures: failures, purgeAt: { $gt: new Date(Date.now() + ms) } }),
      {
        what: `failure ${failures}`,
      },
    )
  await waitsFor(1, 30_000)
  await tasks().updateOne({ jobId: 'stuck-0' }, { $set: { purgeAt: new Date(0) } })
  await waitsFor(2, 90_000)
  await tasks().deleteMany({ jobId: /^stuck-/ })
})
