import type { Logger } from '@darkroom/runtime'
import { recordLog, uniqueName } from '@darkroom/testing'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { openDatabase } from '../../test/start-test-api.ts'
import { newRecord } from '../../test/task-history.ts'
import { BatchStore, newBatchId, type BatchRecord } from '../batches/batch-store.ts'
import { CompleteBatchHandler, type CompleteBatch } from '../batches/complete-batch.ts'
import type { Send } from '../send.ts'
import { TaskStore } from '../tasks/task-store.ts'
import { BatchCloser } from './batch-closer.ts'

const NOW = Date.UTC(2026, 5, 1)
const tenant = 'default'
let database: Awaited<ReturnType<typeof openDatabase>>
let batches: BatchStore
let tasks: TaskStore

beforeAll(async () => {
  database = await openDatabase(uniqueName('closer'))
  batches = new BatchStore(database.connection)
  tasks = new TaskStore(database.connection)
  await batches.prepare()
})
beforeEach(async () => {
  for (const name of ['batches', 'tasks']) await database.connection.collection(name).deleteMany({})
})
afterAll(() => database.drop())

/** A closer that fails to check the batches `broken`. */
function closerOf(broken: readonly string[] = []): BatchCloser {
  const { log } = recordLog<Logger>()
  const handler = new CompleteBatchHandler({ batches, publish: async () => {}, onBatch: () => {}, log, now: () => NOW })
  const send = (async (request: CompleteBatch) => {
    if (broken.includes(request.batchId)) throw new Error('cannot be checked')
    return handler.handle(request)
  }) as unknown as Send
  return new BatchCloser({ batches, send, intervalMs: 1000, log, now: () => NOW })
}

async function insert(given: Partial<BatchRecord> = {}): Promise<string> {
  const id = newBatchId()
  await batches.insert({
    id,
    tenant,
    createdAt: new Date(NOW - 60_000),
    total: 1,
    completedAt: null,
    nextCheckAt: new Date(0),
    ...given,
  })
  return id
}
const addTask = (batchId: string) => tasks.insert(newRecord({ batchId, status: 'completed', nextCheckAt: null }))

it('many batches that cannot be checked do not block the others', async () => {
  const broken = await Promise.all(Array.from({ length: 120 }, () => insert()))
  const behind = await insert({ nextCheckAt: new Date(1) })
  await addTask(behind)
  await closerOf(broken).check()
  expect(await batches.find(tenant, behind)).toMatchObject({ completedAt: new Date(NOW) })
  expect(await batches.find(tenant, broken[0]!)).toMatchObject({
    completedAt: null,
    nextCheckAt: new Date(NOW + 30_000),
  })
})

it('a complete batch is removed with its last task, even if the process that removed that died before', async () => {
  const [empty, used] = [
    await insert({ completedAt: new Date(NOW - 1) }),
    await insert({ completedAt: new Date(NOW - 1) }),
  ]
  await addTask(used)
  await closerOf().check()
  expect(await batches.find(tenant, empty)).toBeUndefined()
  expect((await batches.find(tenant, used))?.nextCheckAt?.getTime()).toBeGreaterThan(NOW)
})
