import { problem, type AcceptedBatch, type AcceptedTask, type BatchPage } from '@darkroom/contracts'
import { allowedMs, sampleJpeg, timed, until } from '@darkroom/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { filePart } from '../../test/multipart.ts'
import { startTestApi, type Answer, type TestApi } from '../../test/start-test-api.ts'
import { completedOf, historyOf, newRecord } from '../../test/task-history.ts'
import { BatchStore, newBatchId } from '../batches/batch-store.ts'
import { TaskStore } from '../tasks/task-store.ts'

const settings = { FOLLOW_RECHECK_MS: '300', FOLLOWERS_PER_TASK: '2' }

let api: TestApi
/** Another process of the same installation. */
let replica: TestApi
let photo: Buffer

beforeAll(async () => {
  photo = await sampleJpeg({ width: 64, height: 48 })
  api = await startTestApi(settings)
  const { REDIS_NAMESPACE = '', QUEUE_NAME, MONGODB_URL } = api.env
  replica = await startTestApi({ ...settings, REDIS_NAMESPACE, QUEUE_NAME, MONGODB_URL, DATA_DIR: api.dataDir })
})
afterAll(async () => {
  await replica.stop()
  await api.stop()
})

async function newBatch(at = api): Promise<{ batchId: string; tasks: AcceptedTask[] }> {
  const parts = [filePart(photo, 'a.jpg'), filePart(photo, 'b.jpg')]
  const { batchId, items } = (await at.post('/api/v1/batches', parts)).body as AcceptedBatch
  return { batchId, tasks: items.flatMap((item) => (item.status === 'accepted' ? [item.task] : [])) }
}

const get = (batchId: string, query = '', headers: Record<string, string> = {}, at = api): Promise<Answer> =>
  at.request(`/api/v1/batches/${batchId}${query}`, { headers })

const pageOf = ({ body }: Answer): BatchPage => body as BatchPage
const started = (task: AcceptedTask) => historyOf(task, [{ progress: 0, end: 'running' }])[0]!

it('responds at every process when a task of the batch makes progress', async () => {
  const { batchId, tasks } = await newBatch()
  let open = 2
  const waiting = [api, replica].map((at) => get(batchId, '?wait=20', {}, at).finally(() => open--))
  // A request only notices events after it has started to wait.
  const events = historyOf(tasks[1]!, [{ progress: 99, end: 'running' }])
  await until(
    async () => {
      await api.tell(events.shift()!)
      return open === 0
    },
    { what: 'answers', intervalMs: 100 },
  )
  for (const answer of await Promise.all(waiting))
    expect(pageOf(answer)).toMatchObject({ status: 'processing', counts: { pending: 1, processing: 1 } })
})

it('responds immediately if all tasks have ended', async () => {
  const { batchId, tasks } = await newBatch()
  for (const task of tasks) await api.tell(completedOf(task))
  await until(async () => pageOf(await get(batchId)).status === 'completed', { what: 'the end of the batch' })
  const control = await timed(() => get(batchId))
  const waited = await timed(() => get(batchId, '?wait=20'))
  expect(pageOf(waited.value).status).toBe('completed')
  expect(waited.ms).toBeLessThan(allowedMs(5000, control.ms))
})

it('with an ETag it responds to an outdated client at once, and otherwise when the page has changed', async () => {
  const { batchId, tasks } = await newBatch()
  const etag = (await get(batchId)).headers.get('etag')!
  expect((await get(batchId, '?wait=20', { 'if-none-match': '"older"' })).status).toBe(200)
  const waiting = get(batchId, '?wait=20', { 'if-none-match': etag })
  await api.tell(started(tasks[0]!))
  const answer = await waiting
  expect([answer.status, pageOf(answer).counts.processing]).toEqual([200, 1])
  expect(answer.headers.get('etag')).toBe((await get(batchId)).headers.get('etag'))
})

it('responds after the timeout: 304 if the ETag matches, otherwise the batch', async () => {
  const { batchId } = await newBatch()
  const plain = await get(batchId)
  const etag = plain.headers.get('etag')!
  const [{ value: known, ms }, waited] = await Promise.all([
    timed(() => get(batchId, '?wait=1', { 'if-none-match': etag })),
    get(batchId, '?wait=1'),
  ])
  expect([known.status, known.text]).toEqual([304, ''])
  expect([waited.status, waited.body]).toEqual([200, plain.body])
  expect(ms).toBeGreaterThan(900)
})

it('notices tasks that are added while the batch is uploaded', async () => {
  const { batchId } = await newBatch()
  await api.database.collection('batches').updateMany({}, { $set: { total: null } })
  const waiting = get(batchId, '?wait=20', { 'if-none-match': (await get(batchId)).headers.get('etag')! })
  await new TaskStore(api.database).insert(newRecord({ batchId }))
  expect(pageOf(await waiting).total).toBe(3)
})

it('does not wait for an unknown batch, nor for one of another tenant', async () => {
  const foreign = newBatchId()
  const now = new Date()
  const batch = { id: foreign, tenant: 'another', createdAt: now, total: 1, completedAt: null, nextCheckAt: null }
  await new BatchStore(api.database).insert(batch)
  for (const id of [foreign, '0'.repeat(24), 'nonsense']) {
    const { status, body } = await get(id, '?wait=20')
    expect([status, problem.parse(body).code]).toEqual([404, 'BATCH_NOT_FOUND'])
  }
})

it('limits the waiting requests per batch', async () => {
  const { batchId, tasks } = await newBatch()
  const waiting = [get(batchId, '?wait=20'), get(batchId, '?wait=20'), get(batchId, '?wait=20')]
  const refused = await Promise.race(waiting)
  expect([refused.status, problem.parse(refused.body).code]).toEqual([429, 'TOO_MANY_WAITING'])
  for (const task of tasks) await api.tell(completedOf(task))
  expect((await Promise.all(waiting)).filter(({ status }) => status === 200)).toHaveLength(2)
})

it('responds to waiting requests when the process shuts down', async () => {
  const closing = await startTestApi()
  const { batchId } = await newBatch(closing)
  const waiting = get(batchId, '?wait=30', {}, closing)
  // It is taken up when a request that came later is answered.
  await closing.request(`/api/v1/batches/${batchId}`)
  const { ms } = await timed(closing.stop)
  expect((await waiting).status).toBe(200)
  expect(ms).toBeLessThan(25_000)
})
