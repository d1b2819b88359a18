import type { Problem, Task, TaskCommand } from '@darkroom/contracts'
import { subscribeTaskCommands, subscribeTaskEvents } from '@darkroom/messaging'
import { connectRedis } from '@darkroom/runtime'
import { sampleJpeg, until } from '@darkroom/testing'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { startTestApi, testLog, type TestApi } from '../../../test/start-test-api.ts'
import { historyOf } from '../../../test/task-history.ts'

const photo = await sampleJpeg({ width: 64, height: 48 })
const commands: TaskCommand[] = []
const cancelledEvents: string[] = []
const ears = [
  connectRedis(inject('redisUrl'), 'consumer', testLog),
  connectRedis(inject('redisUrl'), 'consumer', testLog),
]
let api: TestApi

beforeAll(async () => {
  api = await startTestApi({ SWEEP_INTERVAL_MS: '100' })
  await subscribeTaskCommands(ears[0]!, api.names.commands, {
    onMessage: (command) => commands.push(command),
    onInvalid: () => {},
  })
  await subscribeTaskEvents(ears[1]!, api.names.channel, {
    onEvent: (event) => event.eventType === 'task.cancelled' && cancelledEvents.push(event.taskId),
    onInvalid: () => {},
  })
})

afterAll(async () => {
  for (const ear of ears) ear.disconnect()
  await api.stop()
})

const newTask = async (): Promise<Task> => (await api.upload(photo)).body as Task
const read = async (id: string): Promise<Task> => (await api.request(`/api/v1/tasks/${id}`)).body as Task
const cancel = (id: string) => api.request(`/api/v1/tasks/${id}/cancel`, { method: 'POST' })
const queued = (task: Task) => until(() => api.queue.find(task.id, 1), { what: 'the job on the queue' })
const documentOf = (task: Task) => api.database.collection('tasks').findOne({ jobId: task.jobId })

it('cancels a waiting task, removes its job and logs it', async () => {
  const task = await newTask()
  await queued(task)
  const { status, body } = await cancel(task.jobId)
  expect([status, body]).toMatchObject([202, { id: task.id, status: 'cancelled', error: null, images: [] }])
  const { finishedAt, expiresAt } = body as Task
  expect(Date.parse(expiresAt!) - Date.parse(finishedAt!)).toBe(api.env.FILE_TTL_SECONDS * 1000)
  expect(await read(task.id)).toEqual(body)
  await until(async () => !(await api.queue.find(task.id, 1)), { what: 'the end of the job' })
  await until(() => cancelledEvents.includes(task.id), { what: 'the event' })
  expect((await documentOf(task))?.['log']).toMatchObject([
    { type: 'task.created' },
    { type: 'task.cancelled', epoch: 1 },
  ])
})

it('cancels a running task for good, and notifies its worker', async () => {
  const task = await newTask()
  const [processing, progress, completed] = historyOf(task, [{ progress: 1, end: 'completed' }])
  await api.tell(processing!)
  await until(async () => (await read(task.id)).status === 'processing')
  await queued(task)
  // A worker has the job, so it cannot be removed from the queue.
  await api.redis.set(`${api.names.prefix}:${api.names.queue}:${task.id}:lock`, 'a worker')
  const { body } = await cancel(task.id)
  await until(() => commands.some(({ jobId }) => jobId === task.id), { what: 'the command' })
  for (const event of [progress, completed]) await api.tell(event!)
  // When the next task's event has been applied, theirs have been, too.
  const next = await newTask()
  await api.tell(historyOf(next, [{ progress: 0, end: 'running' }])[0]!)
  await until(async () => (await read(next.id)).status === 'processing')
  expect(await read(task.id)).toEqual(body)
})

it('notifies the worker again until its job has ended', async () => {
  const task = await newTask()
  await queued(task)
  const lock = `${api.names.prefix}:${api.names.queue}:${task.id}:lock`
  await api.redis.set(lock, 'a worker')
  await cancel(task.id)
  const told = () => commands.filter(({ jobId }) => jobId === task.id).length
  const makeDue = () =>
    api.database.collection('tasks').updateOne({ jobId: task.jobId }, { $set: { nextCheckAt: new Date(0) } })
  await until(() => told() === 1, { what: 'the first command' })
  await makeDue()
  await until(() => told() > 1, { what: 'another command' })
  await api.redis.del(lock)
  await until(async () => (await makeDue(), !(await api.queue.find(task.id, 1))), { what: 'the end of the job' })
  await until(async () => (await documentOf(task))?.['nextCheckAt'] === null || (await makeDue(), false), {
    what: 'the end of the checks',
  })
  expect(await read(task.id)).toMatchObject({ status: 'cancelled' })
})

it('refuses to cancel a finished task, and one of many concurrent requests succeeds', async () => {
  const task = await newTask()
  const answers = await Promise.all(Array.from({ length: 10 }, () => cancel(task.id)))
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
    202,
    ...Array.from({ length: 9 }, () => 409),
  ])
  expect(answers.find(({ status }) => status === 409)?.body as Problem).toMatchObject({ code: 'TASK_FINAL' })
  await until(() => cancelledEvents.filter((id) => id === task.id).length === 1)
  expect((await cancel('f'.repeat(24))).status).toBe(404)
  expect((await cancel('no-id')).status).toBe(404)
  expect((await api.request(`/api/v1/tasks/${task.id}/cancel`)).status).toBe(405)
})

it('a task that was not dispatched yet is never dispatched', async () => {
  const task = await newTask()
  await queued(task)
  await api.queue.remove(task.id, 1)
  await cancel(task.id)
  await api.database
    .collection('tasks')
    .updateOne({ jobId: task.jobId }, { $set: { nextCheckAt: new Date(0), 'dispatch.state': 'due' } })
  await until(async () => (await documentOf(task))?.['nextCheckAt'] === null, { what: 'the end of the checks' })
  expect(await api.queue.find(task.id, 1)).toBeUndefined()
})
