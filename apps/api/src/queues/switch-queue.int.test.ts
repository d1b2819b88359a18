import { problem, queueStats, type Task } from '@darkroom/contracts'
import { sampleJpeg, until } from '@darkroom/testing'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { fieldPart } from '../../test/multipart.ts'
import { OPERATOR, startTestApi, type TestApi } from '../../test/start-test-api.ts'
import { startTestWorker, type TestWorker } from '../../test/test-worker.ts'

let api: TestApi
let photo: Buffer
let worker: TestWorker | undefined

beforeAll(async () => {
  api = await startTestApi()
  photo = await sampleJpeg({ width: 64, height: 48 })
})
afterAll(() => api.stop())
afterEach(async () => {
  await worker?.stop()
  worker = undefined
})

const switchTo = (what: 'pause' | 'resume', queue = api.names.queue) =>
  api.request(`/api/v1/queues/${queue}/${what}`, { method: 'POST', headers: OPERATOR })
const statsNow = async () => queueStats.parse((await api.request(`/api/v1/queues/${api.names.queue}/stats`)).body)
const upload = async (priority: string): Promise<string> => {
  const { status, body } = await api.upload(photo, [fieldPart('priority', priority)])
  expect(status).toBe(202)
  return (body as Task).id
}

it('a paused queue starts no jobs, accepts new ones, and continues where it stopped', async () => {
  worker = await startTestWorker(api)
  for (const _twice of [1, 2]) expect((await switchTo('pause')).body).toMatchObject({ isPaused: true })
  const ids = [await upload('batch'), await upload('interactive')]
  await until(async () => (await statsNow()).prioritized === 2, { what: 'two waiting jobs' })
  expect(await statsNow()).toMatchObject({
    isPaused: true,
    paused: 2,
    waiting: 2,
    prioritized: 2,
    active: 0,
    workers: 1,
  })
  expect(worker.started).toEqual([])

  for (const _twice of [1, 2]) {
    const { status, body } = await switchTo('resume')
    expect([status, queueStats.strict().parse(body)]).toMatchObject([200, { isPaused: false, paused: 0 }])
  }
  await until(() => worker?.started.length === 2, { what: 'both jobs to be started' })
  expect(worker.started).toEqual(ids.toReversed())
})

it('running jobs finish while the queue is paused', async () => {
  const gate = Promise.withResolvers<void>()
  worker = await startTestWorker(api, { work: () => gate.promise })
  const id = await upload('normal')
  await until(() => worker?.started.includes(id), { what: 'the job to be started' })
  await switchTo('pause')
  gate.resolve()
  const task = () => api.request(`/api/v1/tasks/${id}`)
  await until(async () => ((await task()).body as Task).status === 'completed', { what: 'the task to end' })
  await switchTo('resume')
})

it('rejects an unknown queue and a wrong method', async () => {
  const { status, body } = await switchTo('pause', 'nonsense')
  expect([status, problem.parse(body).code]).toEqual([404, 'QUEUE_NOT_FOUND'])
  const read = await api.request(`/api/v1/queues/${api.names.queue}/pause`)
  expect([read.status, read.headers.get('allow')]).toEqual([405, 'POST, OPTIONS'])
})

it('premium overtakes a backlog [S0.9]', async () => {
  const BACKLOG = 200
  const PREMIUM = 5
  const slots = 2
  const work = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5)) // the shortest measurable job
  const backlog = await Promise.all(Array.from({ length: BACKLOG }, () => upload('batch')))
  await until(async () => (await statsNow()).prioritized === BACKLOG, { what: 'the backlog on the queue' })
  worker = await startTestWorker(api, { slots, work })
  await until(() => (worker?.started.length ?? 0) >= 10, { what: 'the backlog to be worked on' })
  const before = worker.started.length
  const premium = await Promise.all(Array.from({ length: PREMIUM }, () => upload('premium')))
  const interactive = await upload('interactive')
  await until(() => worker?.started.length === BACKLOG + PREMIUM + 1, {
    what: 'all jobs to be started',
    timeoutMs: 30_000,
  })

  const { started } = worker
  const last = Math.max(...premium.map((id) => started.indexOf(id)))
  const overtaken = backlog.filter((id) => started.indexOf(id) > last).length
  console.log(
    `premium overtaking: ${PREMIUM} premium uploads came when ${before} of ${BACKLOG} batch jobs were started; ` +
      `they ran as numbers ${premium.map((id) => started.indexOf(id) + 1).join(', ')} and overtook ${overtaken}; ` +
      `one interactive upload behind them ran as number ${started.indexOf(interactive) + 1} of ${started.length}`,
  )
  // Batch jobs may start while the uploads are being received; once those are on the queue, only
  // running jobs are ahead of them.
  expect(overtaken).toBeGreaterThan(BACKLOG / 2)
  expect(Math.max(last, started.indexOf(interactive))).toBeLessThan(BACKLOG)
})
