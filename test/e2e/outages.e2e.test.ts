import type { QueueStats } from '@darkroom/contracts'
import { allowedMs, sampleJpeg, timed, until } from '@darkroom/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ApiProcess, AppProcess } from '../../scripts/processes.ts'
import { accepted, ended, get, upload } from './support/client.ts'
import { createInstallation, type Installation } from './support/installation.ts'
import { startOwnStores, type OwnStores } from './support/own-stores.ts'

/** Far below any client timeout: clients should not notice an internal outage. */
const PROMPT_MS = 1000

let stores: OwnStores
let darkroom: Installation
let api: ApiProcess
let worker: AppProcess
let seed = 1

beforeAll(async () => {
  stores = await startOwnStores()
  darkroom = await createInstallation(stores, { SWEEP_INTERVAL_MS: '1000' })
  api = await darkroom.api()
})
afterAll(async () => {
  await darkroom.stop()
  await stores.stop()
})

const photo = async () => ({
  bytes: await sampleJpeg({ width: 300, height: 200, seed: seed++ }),
  name: `outage ${seed}.jpg`,
})

/** Uploads some photos, all at the same time. */
async function uploadAtOnce(count: number): Promise<{ ids: string[]; slowestMs: number }> {
  const photos = await Promise.all(Array.from({ length: count }, photo))
  const uploads = await Promise.all(photos.map((one) => timed(() => accepted(api.url, one))))
  expect(uploads.map(({ value }) => value.status)).toEqual(uploads.map(() => 'pending'))
  return { ids: uploads.map(({ value }) => value.id), slowestMs: Math.max(...uploads.map(({ ms }) => ms)) }
}

async function expectCompleted(ids: readonly string[]): Promise<void> {
  const tasks = await Promise.all(ids.map((id) => ended(api.url, id)))
  expect(tasks.map(({ status, attempts }) => [status, attempts.made])).toEqual(ids.map(() => ['completed', 1]))
}

test('photos are accepted while no worker is running, and completed when one starts [S0.1]', async () => {
  const { ids } = await uploadAtOnce(5)
  worker = await darkroom.worker('comes-late')
  await expectCompleted(ids)
})

test('photos are accepted while Redis is down, and completed by the same worker when it is back', async () => {
  const control = await uploadAtOnce(5)
  await expectCompleted(control.ids)
  await stores.redis.kill()
  await until(async () => (await get<{ status: string }>(`${api.url}/health`)).body.status === 'degraded')
  const { ids, slowestMs } = await uploadAtOnce(5)
  expect(slowestMs).toBeLessThan(allowedMs(PROMPT_MS, control.slowestMs))
  for (const id of ids) expect((await get(`${api.url}/api/v1/tasks/${id}`)).body.status).toBe('pending')
  await stores.redis.restart()
  await expectCompleted(ids)
})

test('photos waiting in the queue survive a crash of Redis', async () => {
  await worker.stop()
  const { ids } = await uploadAtOnce(5)
  await until(
    async () =>
      (await get<QueueStats>(`${api.url}/api/v1/queues/image-processing/stats`)).body.prioritized === ids.length,
  )
  await stores.redis.kill()
  await stores.redis.restart()
  worker = await darkroom.worker('comes-after-the-crash')
  await expectCompleted(ids)
})

test('while MongoDB is down nothing is accepted, and the response says so; when it is back, photos are accepted again', async () => {
  const before = await darkroom.tasks.countDocuments()
  await stores.mongo.kill()
  const refused = await upload(api.url, await photo())
  expect(refused).toMatchObject({
    status: 503,
    type: expect.stringContaining('application/problem+json'),
    body: { code: 'STORE_UNAVAILABLE' },
  })
  expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
  expect((await get(`${api.url}/health`)).status).toBe(503)

  await stores.mongo.restart()
  await until(async () => (await get(`${api.url}/readyz`)).status === 200)
  const { id } = await accepted(api.url, await photo())
  await expectCompleted([id])
  expect(await darkroom.tasks.countDocuments()).toBe(before + 1)
})
