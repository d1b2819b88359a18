import { queueLoad, type Task } from '@darkroom/contracts'
import { sampleJpeg, until } from '@darkroom/testing'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { parseMetrics, sampleOf } from '../../test/parse-metrics.ts'
import { startTestApi, type TestApi } from '../../test/start-test-api.ts'
import { startTestWorker, type TestWorker } from '../../test/test-worker.ts'

let api: TestApi
let photo: Buffer
let worker: TestWorker | undefined

beforeAll(async () => {
  api = await startTestApi({ QUEUE_BACKOFF_MS: '300' })
  photo = await sampleJpeg({ width: 64, height: 48 })
})
afterAll(() => api.stop())
afterEach(async () => {
  await worker?.stop()
  worker = undefined
})

const loadNow = async () => queueLoad.strict().parse((await api.request(`/api/v1/queues/${api.names.queue}/load`)).body)
const gauge = async () =>
  sampleOf(parseMetrics((await api.request('/metrics')).text), 'darkroom_queue_work_seconds', {
    queue: api.names.queue,
  })
const upload = async (): Promise<string> => ((await api.upload(photo)).body as Task).id
const idle = () => until(async () => (await loadNow()).workSeconds === 0, { what: 'an empty queue' })

it('waiting jobs are work without any worker, which starts the first one', async () => {
  expect(await loadNow()).toEqual({ queue: api.names.queue, workSeconds: 0, waiting: 0, active: 0, due: 0 })
  await upload()
  const load = await until(async () => (await loadNow()).waiting === 1 && loadNow(), { what: 'the waiting job' })
  expect(load.workSeconds).toBeGreaterThan(0)
  await until(async () => (await gauge()) === load.workSeconds, { what: 'the same as a metric' })
  worker = await startTestWorker(api)
  await idle()
})

it('a running job is work until it has ended, so that its worker is not removed', async () => {
  const gate = Promise.withResolvers<void>()
  worker = await startTestWorker(api, { work: () => gate.promise })
  await upload()
  const active = await until(async () => (await loadNow()).active === 1 && loadNow(), { what: 'the running job' })
  expect(active).toMatchObject({ waiting: 0, due: 0 })
  expect(active.workSeconds).toBeGreaterThan(0)
  gate.resolve()
  await idle()
})

it('a job whose retry is due is work, although no worker has moved it yet', async () => {
  let isBroken = true
  const work = async () => {
    if (isBroken) throw new Error('for the test')
  }
  const failing = await startTestWorker(api, { work })
  const id = await upload()
  await until(() => failing.started.includes(id), { what: 'the first attempt' })
  await failing.stop()
  const due = await until(async () => (await loadNow()).due === 1 && loadNow(), { what: 'the second attempt' })
  expect(due).toMatchObject({ waiting: 0, active: 0 })
  expect(due.workSeconds).toBeGreaterThan(0)
  isBroken = false
  worker = await startTestWorker(api, { work })
  await idle()
})

it('only running jobs are work while the queue is paused', async () => {
  await api.queue.pause()
  await upload()
  await until(async () => (await loadNow()).waiting === 1, { what: 'the waiting job' })
  expect((await loadNow()).workSeconds).toBe(0)
  await api.queue.resume()
  worker = await startTestWorker(api)
  await idle()
})
