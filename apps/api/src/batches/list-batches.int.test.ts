import { batchList, problem, type AcceptedBatch, type BatchList } from '@darkroom/contracts'
import { sampleJpeg, until } from '@darkroom/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { filePart } from '../../test/multipart.ts'
import { startTestApi, type TestApi } from '../../test/start-test-api.ts'
import { completedOf, historyOf } from '../../test/task-history.ts'
import { BatchStore, newBatchId } from './batch-store.ts'

let api: TestApi
/** Newest first. */
let batches: AcceptedBatch[]

beforeAll(async () => {
  api = await startTestApi()
  const photo = await sampleJpeg({ width: 64, height: 48 })
  const send = async (count: number) =>
    (
      await api.post(
        '/api/v1/batches',
        Array.from({ length: count }, (_, at) => filePart(photo, `${at}.jpg`)),
      )
    ).body as AcceptedBatch
  const sent = [await send(1), await send(2), await send(2)]
  batches = sent.toReversed()
})
afterAll(() => api.stop())

const list = async (query = ''): Promise<BatchList> =>
  batchList.strict().parse((await api.request(`/api/v1/batches${query}`)).body)

const idsOf = ({ items }: { items: { batchId: string }[] }): string[] => items.map(({ batchId }) => batchId)
const tasksOf = ({ items }: AcceptedBatch) => items.flatMap((item) => (item.status === 'accepted' ? [item.task] : []))

it('batches are listed newest first, each with its progress, by page and by cursor', async () => {
  const [newest, second, oldest] = batches.map(({ batchId }) => batchId)
  const [done, running] = tasksOf(batches[0]!)
  await api.tell(completedOf(done!))
  for (const event of historyOf(running!, [{ progress: 5, end: 'running' }])) await api.tell(event)
  const all = await until(
    async () => {
      const found = await list()
      return found.items[0]?.percent === 75 && found
    },
    { what: 'its progress' },
  )
  expect(idsOf(all)).toEqual([newest, second, oldest])
  expect(all).toMatchObject({ page: 1, limit: 20, total: 3, totalIsExact: true, nextCursor: null })
  expect(all.items[0]).toMatchObject({ status: 'processing', total: 2, counts: { completed: 1, processing: 1 } })
  expect(all.items[2]).toMatchObject({ total: 1, counts: { pending: 1 }, percent: 0 })

  const first = await list('?limit=2')
  expect([idsOf(first), first.total, first.totalIsExact]).toEqual([[newest, second], 3, true])
  expect(idsOf(await list(`?limit=2&cursor=${first.nextCursor}`))).toEqual([oldest])
  expect(idsOf(await list('?limit=2&page=2'))).toEqual([oldest])
})

it('filters select by time, and by whether all tasks have ended', async () => {
  const [newest, second, oldest] = batches.map(({ batchId }) => batchId)
  for (const task of tasksOf(batches[2]!)) await api.tell(completedOf(task))
  await until(async () => (await list('?status=completed')).total === 1, { what: 'the end of a batch' })
  const [completed] = (await list('?status=completed')).items
  expect(completed).toMatchObject({ batchId: oldest, status: 'completed', percent: 100 })
  expect(idsOf(await list('?status=processing'))).toEqual([newest, second])
  expect(idsOf(await list(`?createdTo=${completed!.createdAt}`))).toEqual([])
  expect(idsOf(await list(`?createdFrom=${completed!.createdAt}&status=completed`))).toEqual([oldest])
})

it('neither batches of other tenants nor those whose tasks are all removed are listed', async () => {
  const [total, createdAt] = [2, new Date()]
  const some = { createdAt, total, completedAt: createdAt, nextCheckAt: null }
  const store = new BatchStore(api.database)
  await store.insert({ id: newBatchId(), tenant: 'default', ...some })
  await store.insert({ id: newBatchId(), tenant: 'another', ...some })
  expect(idsOf(await list())).toEqual(batches.map(({ batchId }) => batchId))
})

it.each(['status=failed', 'limit=0', 'cursor=nonsense', 'q=a'])('?%s is refused', async (query) => {
  const { status, body } = await api.request(`/api/v1/batches?${query}`)
  expect([status, problem.parse(body).code]).toEqual([400, 'INVALID_QUERY'])
})
