import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import {
  acceptedBatch,
  batchCompleted,
  batchPage,
  batchSummary,
  problem,
  taskPage,
  type AcceptedBatch,
  type BatchPage,
  type Task,
  type Variant,
} from '@darkroom/contracts'
import { sampleJpeg, until } from '@darkroom/testing'
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fieldPart, filePart, type Part } from '../../test/multipart.ts'
import { openRedis, startTestApi, type Answer, type TestApi } from '../../test/start-test-api.ts'
import { completedOf, historyOf, variantOf } from '../../test/task-history.ts'
import { TaskStore } from '../tasks/task-store.ts'
import { moveFor } from '../tasks/task.ts'

const limits = { UPLOAD_MAX_BYTES: '30000', BATCH_MAX_BYTES: '200000', BATCH_MAX_FILES: '5', SWEEP_INTERVAL_MS: '200' }

let api: TestApi
/** Another process of the same installation. */
let replica: TestApi
let ear: Redis
const said: unknown[] = []
let photos: Buffer[]

beforeAll(async () => {
  api = await startTestApi(limits)
  const { REDIS_NAMESPACE = '', QUEUE_NAME, MONGODB_URL } = api.env
  replica = await startTestApi({ ...limits, REDIS_NAMESPACE, QUEUE_NAME, MONGODB_URL, DATA_DIR: api.dataDir })
  photos = await Promise.all([1, 2, 3].map((seed) => sampleJpeg({ width: 64, height: 48, seed })))
  ear = await openRedis()
  ear.on('message', (_channel, text: string) => said.push(JSON.parse(text)))
  await ear.subscribe(api.names.channel)
  await until(async () => (await api.redis.pubsub('NUMSUB', api.names.channel))[1] === 3, { what: 'three subscribers' })
})
afterAll(async () => {
  ear.disconnect()
  await replica.stop()
  await api.stop()
})

const file = (bytes: Buffer, name: string): Part => filePart(bytes, name, 'files')

/** A key is free again only a moment after its request was answered. */
const post = (parts: readonly Part[], headers: Record<string, string> = {}): Promise<Answer> =>
  until(async () => {
    const answer = await api.post('/api/v1/batches', parts, headers)
    return answer.status !== 409 && answer
  })

async function newBatch(fields: readonly Part[] = [], headers: Record<string, string> = {}): Promise<AcceptedBatch> {
  const answer = await post([...fields, ...photos.map((photo, index) => file(photo, `${index}.jpg`))], headers)
  expect(answer.status).toBe(202)
  return acceptedBatch.strict().parse(answer.body)
}

const tasksOf = (batch: AcceptedBatch): Task[] =>
  batch.items.flatMap((item) => (item.status === 'accepted' ? [item.task] : []))

const get = async (batchId: string, query = ''): Promise<BatchPage> =>
  batchPage.strict().parse((await api.request(`/api/v1/batches/${batchId}${query}`)).body)

const codeOf = ({ status, body }: Answer) => [status, problem.parse(body).code]

const completions = (batchId: string) =>
  said.map((event) => batchCompleted.safeParse(event).data).filter((event) => event?.batchId === batchId)

describe('POST /api/v1/batches', () => {
  it('creates a task for each file, and an invalid file does not affect the others [S2.8]', async () => {
    const parts = [
      fieldPart('metadata', '{"from":"camera"}'),
      file(photos[0]!, 'first.jpg'),
      file(Buffer.from('no picture'), 'text.jpg'),
      file(Buffer.alloc(40_000), 'large.jpg'),
      file(photos[1]!, 'last.jpg'),
      fieldPart('ttlSeconds', '600'),
    ]
    const answer = await post(parts)
    const batch = acceptedBatch.strict().parse(answer.body)
    expect([answer.status, answer.headers.get('location'), answer.headers.get('retry-after')]).toEqual([
      202,
      `/api/v1/batches/${batch.batchId}`,
      '1',
    ])
    expect([batch.accepted, batch.rejected]).toEqual([2, 2])
    expect(batch.items.map(({ name, status }) => [name, status])).toEqual([
      ['first.jpg', 'accepted'],
      ['text.jpg', 'rejected'],
      ['large.jpg', 'rejected'],
      ['last.jpg', 'accepted'],
    ])
    expect(batch.items[1]).toMatchObject({ problem: { status: 415, code: 'IMAGE_UNSUPPORTED' } })
    expect(batch.items[2]).toMatchObject({ problem: { status: 413, code: 'FILE_TOO_LARGE' } })
    for (const task of tasksOf(batch)) {
      expect(task).toMatchObject({
        batchId: batch.batchId,
        priority: 'batch',
        metadata: { from: 'camera' },
        status: 'pending',
      })
      await until(() => api.queue.find(task.id, 1), { what: 'the job of a task' })
    }
    expect(await api.temporaryFiles()).toEqual([])
  })

  it('accepts the fields file and image, and a priority and a name for all', async () => {
    const parts = [
      fieldPart('priority', 'premium'),
      fieldPart('name', 'same'),
      filePart(photos[0]!),
      filePart(photos[1]!, 'a.jpg', 'image'),
    ]
    const batch = acceptedBatch.parse((await post(parts)).body)
    expect(tasksOf(batch)).toMatchObject([
      { priority: 'premium', name: 'same' },
      { priority: 'premium', name: 'same' },
    ])
  })

  it('if no file can be accepted there is no batch, and the reasons are returned', async () => {
    const before = await api.database.collection('batches').countDocuments({})
    const answer = await post([file(Buffer.from('no'), 'a.jpg'), file(Buffer.from('no'), 'b.jpg')])
    expect(codeOf(answer)).toEqual([422, 'BATCH_REJECTED'])
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/)
    expect((answer.body as AcceptedBatch).items).toMatchObject([
      { name: 'a.jpg', status: 'rejected', problem: { code: 'IMAGE_UNSUPPORTED' } },
      { name: 'b.jpg', status: 'rejected', problem: { code: 'IMAGE_UNSUPPORTED' } },
    ])
    expect(await api.database.collection('batches').countDocuments({})).toBe(before)
  })

  it('is refused as a whole if the form is invalid', async () => {
    const many = Array.from({ length: 6 }, (_, index) => file(photos[0]!, `${index}.jpg`))
    expect(codeOf(await post(many))).toEqual([400, 'TOO_MANY_FILES'])
    expect(codeOf(await post([fieldPart('name', 'nothing')]))).toEqual([400, 'NO_FILE'])
    expect(codeOf(await post([filePart(photos[0]!, 'a.jpg', 'other')]))).toEqual([400, 'UNEXPECTED_FILE_FIELD'])
    expect(codeOf(await post([file(photos[0]!, 'a.jpg'), fieldPart('priority', 'first')]))).toEqual([
      422,
      'INVALID_FIELD',
    ])
    const json = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }
    expect(codeOf(await api.request('/api/v1/batches', json))).toEqual([422, 'INVALID_FIELD'])
    const text = { ...json, headers: { 'content-type': 'text/plain' } }
    expect(codeOf(await api.request('/api/v1/batches', text))).toEqual([400, 'NOT_MULTIPART'])
    await until(async () => (await api.temporaryFiles()).length === 0, { what: 'no temporary files' })
  })

  it('is refused if its files are too large in total, declared or not', async () => {
    const parts = Array.from({ length: 5 }, (_, index) => file(Buffer.alloc(50_000), `${index}.jpg`))
    expect(codeOf(await post(parts))).toEqual([413, 'BATCH_TOO_LARGE'])
    const declared = await post([file(Buffer.alloc(1_500_000), 'a.jpg')])
    expect(codeOf(declared)).toEqual([413, 'BATCH_TOO_LARGE'])
    await until(async () => (await api.temporaryFiles()).length === 0, { what: 'no temporary files' })
  })

  it('a repeated request gets the same response, and creates missing tasks', async () => {
    const headers = { 'idempotency-key': 'batch-1' }
    const first = await newBatch([], headers)
    expect(await newBatch([], headers)).toEqual(first)
    expect(codeOf(await post([file(photos[0]!, '0.jpg')], headers))).toEqual([422, 'IDEMPOTENCY_KEY_REUSED'])
    // As if the process had died between the second and the third file.
    await api.database.collection('batches').updateOne({ 'idempotency.key': 'batch-1' }, { $set: { total: null } })
    await api.database.collection('tasks').deleteOne({ 'idempotency.key': 'batch-1 1' })
    const again = await newBatch([], headers)
    expect([again.batchId, again.accepted]).toEqual([first.batchId, 3])
    expect([tasksOf(again)[0], tasksOf(again)[2]]).toEqual([tasksOf(first)[0], tasksOf(first)[2]])
    // The one that was made last has its place among them.
    expect((await get(first.batchId)).items).toMatchObject(tasksOf(again).map(({ id }) => ({ id })))
    expect(await api.database.collection('tasks').countDocuments({ batchId: first.batchId })).toBe(3)
  })
})

describe('GET /api/v1/batches/{id}/download', () => {
  it('sends the largest file of each completed task, in the order of the upload', async () => {
    const batch = await newBatch()
    const [one, , three] = tasksOf(batch)
    const variants = await Promise.all([1024, 800].map((width) => keep(width)))
    for (const task of [three!, one!]) await api.tell(completedOf(task, variants))
    await until(async () => (await get(batch.batchId)).counts.completed === 2, { what: 'two completed tasks' })
    const { headers, bytes } = await api.request(`/api/v1/batches/${batch.batchId}/download`)
    expect(Number(headers.get('content-length'))).toBe(bytes.length)
    expect(namesInZip(bytes)).toEqual(['1 0-1024.jpg', '3 2-1024.jpg'])
    const [largest] = variants
    expect(bytes.includes(await readFile(api.storage.resolve(largest!.path)))).toBe(true)
  })
})

async function keep(width: number): Promise<Variant> {
  const bytes = await sampleJpeg({ width, height: 600 })
  const variant = variantOf(
    width === 1024 ? '1024' : '800',
    600,
    createHash('md5').update(bytes).digest('hex'),
    bytes.length,
  )
  await api.storage.put(variant.path, bytes)
  return variant
}

/** From its central directory (APPNOTE.TXT 4.3.12). */
function namesInZip(bytes: Buffer): string[] {
  const names: string[] = []
  const mark = Buffer.from([0x50, 0x4b, 1, 2])
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + 1))
    names.push(bytes.toString('latin1', at + 46, at + 46 + bytes.readUInt16LE(at + 28)))
  return names
}

describe('GET /api/v1/batches/{id}', () => {
  it('counts its tasks by status, with their progress, and lists them in pages', async () => {
    const batch = await newBatch()
    const [one, two] = tasksOf(batch)
    expect(await get(batch.batchId)).toMatchObject({
      status: 'processing',
      total: 3,
      counts: { pending: 3, processing: 0, completed: 0, failed: 0, cancelled: 0, expired: 0 },
      percent: 0,
      completedAt: null,
    })
    await api.tell(completedOf(one!))
    for (const event of historyOf(two!, [{ progress: 5, end: 'running' }])) await api.tell(event)
    const half = await until(async () => {
      const now = await get(batch.batchId, '?limit=2')
      return now.percent === 50 && now
    })
    expect(half).toMatchObject({ counts: { pending: 1, processing: 1, completed: 1 }, page: 1, limit: 2 })
    const rest = await get(batch.batchId, `?limit=2&cursor=${half.nextCursor}`)
    const inOrder = tasksOf(batch).map(({ id }) => ({ id }))
    expect([...half.items, ...rest.items]).toMatchObject(inOrder)
    const { body } = await api.request(half.links.tasks)
    expect(taskPage.parse(body)).toMatchObject({ total: 3, items: inOrder })
  })

  it.each(['0'.repeat(24), 'nonsense', '00000000-0000-4000-8000-000000000000'])('%s is not there', async (id) => {
    expect(codeOf(await api.request(`/api/v1/batches/${id}`))).toEqual([404, 'BATCH_NOT_FOUND'])
  })

  it.each(['limit=0', 'cursor=nonsense', 'status=failed'])('?%s is refused', async (query) => {
    const { batchId } = await newBatch()
    expect(codeOf(await api.request(`/api/v1/batches/${batchId}?${query}`))).toEqual([400, 'INVALID_QUERY'])
  })
})

describe('the end of a batch', () => {
  it('is published once, when the last task has ended, with two processes listening [S3.13]', async () => {
    const batches = await Promise.all([newBatch(), newBatch(), newBatch()])
    for (const task of batches.flatMap(tasksOf)) await api.tell(completedOf(task))
    for (const { batchId } of batches) {
      await until(() => completions(batchId).length > 0, { what: 'batch.completed' })
      const { status, percent, completedAt } = await get(batchId)
      expect([status, percent, completedAt === null]).toEqual(['completed', 100, false])
      expect(completions(batchId)).toMatchObject([{ tenant: 'default', total: 3, counts: { completed: 3 } }])
    }
  })

  it('is published when the last task is cancelled', async () => {
    const batch = await newBatch()
    const [first, ...others] = tasksOf(batch)
    await api.tell(completedOf(first!))
    for (const { id } of others) await api.request(`/api/v1/tasks/${id}/cancel`, { method: 'POST' })
    await until(() => completions(batch.batchId).length > 0, { what: 'batch.completed' })
    expect(completions(batch.batchId)).toMatchObject([{ counts: { completed: 1, cancelled: 2 } }])
  })

  it('is found by a later check if it was missed, once for all processes', async () => {
    const batch = await newBatch()
    const store = new TaskStore(api.database)
    for (const task of tasksOf(batch)) {
      const event = completedOf(task)
      await store.move({ id: task.id, tenant: event.tenant, epoch: 1, seq: event.seq }, moveFor(event, Date.now())!)
    }
    // As if the process had died before it could say how many tasks there are.
    const overdue = { $set: { total: null, nextCheckAt: new Date(0) } }
    await api.database.collection('batches').updateMany({ completedAt: null }, overdue)
    await until(() => completions(batch.batchId).length > 0, { what: 'batch.completed' })
    const summary = batchSummary.parse((await api.request(`/api/v1/batches/${batch.batchId}`)).body)
    expect([summary.status, summary.total]).toEqual(['completed', 3])
    expect(completions(batch.batchId)).toHaveLength(1)
  })
})
