import { uniqueName } from '@darkroom/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openDatabase } from '../../test/start-test-api.ts'
import { BatchStore, newBatchId, type BatchRecord } from './batch-store.ts'

let database: Awaited<ReturnType<typeof openDatabase>>
let store: BatchStore

beforeAll(async () => {
  database = await openDatabase(uniqueName('batches'))
  store = new BatchStore(database.connection)
  await store.prepare()
})
afterAll(() => database.drop())

async function insert(given: Partial<BatchRecord> = {}): Promise<BatchRecord> {
  const batch = {
    id: newBatchId(),
    tenant: 'default',
    createdAt: new Date(0),
    total: null,
    completedAt: null,
    nextCheckAt: new Date(0),
    ...given,
  }
  await store.insert(batch)
  return batch
}

it('is completed by one of many processes, and not before all its tasks are created', async () => {
  const { id, tenant } = await insert()
  const all = () => Promise.all(Array.from({ length: 20 }, () => store.complete(tenant, id, new Date(5))))
  expect((await all()).filter(Boolean)).toEqual([])
  await store.seal(id, 3, new Date(1))
  await store.seal(id, 4, new Date(1))
  expect((await all()).filter(Boolean)).toMatchObject([
    { id, total: 3, completedAt: new Date(5), nextCheckAt: new Date(5 + 86_400_000) },
  ])
  expect(await store.complete('other', id, new Date(5))).toBeUndefined()
})

it('is only removed while it has no tasks', async () => {
  const empty = await insert()
  const sealed = await insert({ total: 1 })
  for (const { id } of [empty, sealed]) await store.removeUnsealed(id)
  expect([await store.find('default', empty.id), (await store.find('default', sealed.id))?.total]).toEqual([
    undefined,
    1,
  ])
  expect(await store.find('other', sealed.id)).toBeUndefined()
})

it('a key creates one batch per tenant, until it expires', async () => {
  const idempotency = { key: 'k', fingerprint: 'f' }
  await insert({ idempotency })
  await expect(insert({ idempotency })).rejects.toMatchObject({ code: 11_000 })
  await insert({ idempotency, tenant: 'other' })
  await store.forgetIdempotencyKey('default', 'k', new Date(1))
  expect(await store.findByIdempotencyKey('default', 'k')).toBeUndefined()
  expect(await store.findByIdempotencyKey('other', 'k')).toMatchObject({ tenant: 'other' })
})
