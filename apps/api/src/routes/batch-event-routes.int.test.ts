import {
  batchEventPage,
  problem,
  type AcceptedBatch,
  type AcceptedTask,
  type BatchEventPage,
} from '@darkroom/contracts'
import { sampleJpeg, until } from '@darkroom/testing'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { openEventStream, type EventStream } from '../../test/event-stream.ts'
import { filePart } from '../../test/multipart.ts'
import { startTestApi, type TestApi } from '../../test/start-test-api.ts'
import { completedOf, historyOf, newRecord } from '../../test/task-history.ts'
import { BatchStore, newBatchId } from '../batches/batch-store.ts'
import { TaskStore } from '../tasks/task-store.ts'
import { moveFor } from '../tasks/task.ts'

let api: TestApi
/** Another process of the same installation. */
let replica: TestApi
let photo: Buffer
const open: EventStream[] = []

const pace = { EVENT_HEARTBEAT_MS: '200', FOLLOW_RECHECK_MS: '300', FOLLOWERS_PER_TASK: '3' }

beforeAll(async () => {
  photo = await sampleJpeg({ width: 64, height: 48 })
  api = await startTestApi(pace)
  const { REDIS_NAMESPACE = '', QUEUE_NAME, MONGODB_URL } = api.env
  replica = await startTestApi({ ...pace, REDIS_NAMESPACE, QUEUE_NAME, MONGODB_URL, DATA_DIR: api.dataDir })
  await until(async () => (await api.redis.pubsub('NUMSUB', api.names.channel))[1] === 2, { what: 'two subscribers' })
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((stream) => stream.leave()))
})
afterAll(async () => {
  await replica.stop()
  await api.stop()
})

interface Sent {
  batchId: string
  tasks: AcceptedTask[]
}

async function newBatch(count = 2): Promise<Sent> {
  const parts = Array.from({ length: count }, (_, at) => filePart(photo, `${at}.jpg`))
  const { batchId, items } = (await api.post('/api/v1/batches', parts)).body as AcceptedBatch
  return { batchId, tasks: items.flatMap((item) => (item.status === 'accepted' ? [item.task] : [])) }
}

async function follow({ batchId }: Sent, lastEventId?: string, at = api): Promise<EventStream> {
  const headers: Record<string, string> = lastEventId === undefined ? {} : { 'last-event-id': lastEventId }
  const stream = await openEventStream(`${at.url}/api/v1/batches/${batchId}/events`, headers)
  open.push(stream)
  return stream
}

const list = async ({ batchId }: Sent, query = ''): Promise<BatchEventPage> =>
  batchEventPage.strict().parse((await api.request(`/api/v1/batches/${batchId}/events${query}`)).body)

async function completeAll({ tasks, ...batch }: Sent): Promise<void> {
  for (const task of tasks) await api.tell(completedOf(task))
  const ends = async () =>
    (await list({ tasks, ...batch })).items.filter(({ event }) => event.type === 'task.completed')
  await until(async () => (await ends()).length === tasks.length, { what: 'the end of all tasks' })
}

const datas = (stream: EventStream) => stream.heard.map(({ data }) => data)
const ofTask = (stream: EventStream, { id }: { id: string }): string[] =>
  stream.heard.flatMap(({ event, data }) => (data['taskId'] === id ? [event] : []))

it('the stream sends past and new events of all tasks, each once and in order, and ends with the last of them', async () => {
  const batch = await newBatch()
  const [one, two] = batch.tasks as [AcceptedTask, AcceptedTask]
  await api.tell(completedOf(one))
  const streams = [await follow(batch), await follow(batch, undefined, replica)]
  for (const stream of streams) await stream.hears('task.completed')
  for (const event of historyOf(two, [
    { progress: 1, end: 'retry' },
    { progress: 0, end: 'completed' },
  ]))
    await api.tell(event)
  for (const stream of streams) {
    await stream.end()
    expect(ofTask(stream, one)).toEqual(['task.created', 'task.completed'])
    const types = ofTask(stream, two)
    expect([types[0], types.at(-1)]).toEqual(['task.created', 'task.completed'])
    expect(new Set(datas(stream).map((data) => JSON.stringify(data))).size).toBe(stream.heard.length)
    expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  }
})

it('continues after any event at any process, and is empty for a client that has all of them', async () => {
  const batch = await newBatch(3)
  await completeAll(batch)
  const whole = await follow(batch)
  await whole.end()
  expect(whole.heard).toHaveLength(6)
  for (const [place, id] of whole.ids().slice(0, -1).entries()) {
    const resumed = await follow(batch, id, replica)
    await resumed.end()
    expect(resumed.heard).toEqual(whole.heard.slice(place + 1))
  }
  expect((await follow(batch, whole.ids().at(-1))).status).toBe(204)
  const strange = await follow(batch, 'nonsense')
  await strange.end()
  expect(strange.heard).toEqual(whole.heard)
})

it('forwards progress that is not stored, and resumes after it', async () => {
  const batch = await newBatch()
  const [processing, progress] = historyOf(batch.tasks[0]!, [{ progress: 1, end: 'running' }])
  const stream = await follow(batch)
  await stream.hears('task.created')
  await api.tell(processing!)
  await stream.hears('task.processing')
  await api.tell({ ...progress!, timestamp: progress!.timestamp + 10 })
  const { id } = await stream.hears('task.progress')
  await completeAll(batch)
  const resumed = await follow(batch, id)
  await resumed.end()
  expect(resumed.types()).toEqual(['task.completed', 'task.completed'])
})

it('does not end while a task is restarted, nor before a write without a published event', async () => {
  const batch = await newBatch()
  const [one, two] = batch.tasks as [AcceptedTask, AcceptedTask]
  const stream = await follow(batch)
  await stream.hears('task.created')
  await api.request(`${one.links.self}/cancel`, { method: 'POST' })
  await stream.hears('task.cancelled')
  await api.request(`${one.links.self}/retry`, { method: 'POST' })
  await until(() => ofTask(stream, one).filter((type) => type === 'task.created').length === 2, { what: 'the restart' })
  const event = completedOf(two)
  const { taskId: id, tenant, epoch, seq } = event
  await new TaskStore(api.database).move({ id, tenant, epoch, seq }, moveFor(event, Date.now())!)
  await until(() => ofTask(stream, two).includes('task.completed'), { what: 'the write' })
  expect(stream.isOver()).toBe(false)
  await api.request(`${one.links.self}/cancel`, { method: 'POST' })
  await stream.end()
  expect(ofTask(stream, one)).toEqual(['task.created', 'task.cancelled', 'task.created', 'task.cancelled'])
})

it('deleted tasks are not waited for, and new ones are noticed while the batch is uploaded', async () => {
  const batch = await newBatch()
  const [one, two] = batch.tasks as [AcceptedTask, AcceptedTask]
  const batches = api.database.collection('batches')
  await batches.updateMany({}, { $set: { total: null } })
  const stream = await follow(batch)
  await stream.hears('task.created')
  const added = await new TaskStore(api.database).insert(newRecord({ batchId: batch.batchId }))
  await api.request(`/api/v1/tasks/${added.id}/cancel`, { method: 'POST' })
  await until(() => ofTask(stream, added).length > 0, { what: 'the new task' })
  for (const { id } of [two, added]) await api.request(`/api/v1/tasks/${id}`, { method: 'DELETE' })
  await batches.updateMany({ total: null }, { $set: { total: 2 } })
  await api.tell(completedOf(one))
  await stream.end()
  expect(ofTask(stream, one)).toEqual(['task.created', 'task.completed'])
})

it('as JSON, all events so far, and those after a position', async () => {
  const batch = await newBatch()
  const first = await list(batch)
  expect(first.items).toMatchObject(batch.tasks.map(({ id }) => ({ taskId: id, event: { type: 'task.created' } })))
  expect(await list(batch, `?after=${first.next}`)).toEqual({ items: [], next: first.next })
  await completeAll(batch)
  const rest = await list(batch, `?after=${first.next}`)
  expect(rest.items.map(({ event }) => event.type)).toEqual(['task.completed', 'task.completed'])
  expect((await list(batch)).items).toHaveLength(4)
  expect((await follow(batch, rest.next)).status).toBe(204)
})

it.each(['application/json', 'text/event-stream'])(
  'of an unknown batch or one of another tenant, as %s',
  async (accept) => {
    const foreign = newBatchId()
    const now = new Date()
    const batch = { id: foreign, tenant: 'another', createdAt: now, total: 1, completedAt: null, nextCheckAt: null }
    await new BatchStore(api.database).insert(batch)
    for (const id of [foreign, '0'.repeat(24), 'nonsense']) {
      const { status, body } = await api.request(`/api/v1/batches/${id}/events`, { headers: { accept } })
      expect([status, problem.parse(body).code]).toEqual([404, 'BATCH_NOT_FOUND'])
    }
  },
)

it('has a limit per batch, sends heartbeats, and ends in order at a shutdown', async () => {
  const batch = await newBatch()
  const streams = [await follow(batch), await follow(batch), await follow(batch)]
  const path = `/api/v1/batches/${batch.batchId}/events`
  const refused = await api.request(path, { headers: { accept: 'text/event-stream' } })
  expect([refused.status, problem.parse(refused.body).code]).toEqual([429, 'TOO_MANY_WAITING'])
  await until(() => streams[0]!.comments.includes(': heartbeat'), { what: 'a heartbeat' })
  await streams[0]!.leave()
  await until(async () => (await follow(batch)).status === 200, { what: 'room for another stream' })

  const { REDIS_NAMESPACE = '', QUEUE_NAME, MONGODB_URL } = api.env
  const closing = await startTestApi({ REDIS_NAMESPACE, QUEUE_NAME, MONGODB_URL, DATA_DIR: api.dataDir })
  const stream = await follow(batch, undefined, closing)
  await stream.hears('task.created')
  await closing.stop()
  await stream.end()
})
