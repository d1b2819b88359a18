import { acceptedTask, type CreatedApiKey } from '@darkroom/contracts'
import { sampleJpeg, until } from '@darkroom/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fieldPart, filePart } from '../../test/multipart.ts'
import { OPERATOR, startTestApi, type TestApi } from '../../test/start-test-api.ts'
import { startTestWorker, type TestWorker } from '../../test/test-worker.ts'

const FLOOD = 100
const SLOTS = 2

let api: TestApi
let photo: Buffer
let worker: TestWorker
/** The running jobs, in the order of their starts. */
const running: (() => void)[] = []
let isOver = false

beforeAll(async () => {
  photo = await sampleJpeg({ width: 30, height: 20 })
  api = await startTestApi({ AUTH: 'keys', ESTIMATE_INTERVAL_MS: '100' })
  const work = () => new Promise<void>((resolve) => (isOver ? resolve() : running.push(resolve)))
  worker = await startTestWorker(api, { slots: SLOTS, work })
})
afterAll(async () => {
  isOver = true
  for (const end of running) end()
  await worker.stop()
  await api.stop()
})

async function keyOf(tenant: string): Promise<Record<string, string>> {
  const headers = { 'content-type': 'application/json', ...OPERATOR }
  const init = { method: 'POST', headers, body: JSON.stringify({ name: 'test', tenant }) }
  return { authorization: `Bearer ${((await api.request('/api/v1/keys', init)).body as CreatedApiKey).key}` }
}

/** With the priority of a batch, as the flood has. */
async function upload(key: Record<string, string>) {
  const parts = [fieldPart('priority', 'batch'), filePart(photo)]
  return acceptedTask.parse((await api.post('/api/v1/tasks', parts, key)).body)
}

async function cancel(id: string, headers: Record<string, string>): Promise<void> {
  if (id) await api.request(`/api/v1/tasks/${id}`, { method: 'DELETE', headers })
}

const waiting = async (): Promise<number> => (await api.queue.counts()).prioritized

it('the one task of a tenant is started within two of a flood, and its position says so', async () => {
  const [flood, single] = [await keyOf('flood'), await keyOf('single')]
  const files = Array.from({ length: FLOOD }, () => filePart(photo, 'photo.jpg', 'files'))
  expect((await api.post('/api/v1/batches', files, flood)).body).toMatchObject({ accepted: FLOOD })
  await until(async () => worker.started.length === SLOTS && (await waiting()) === FLOOD - SLOTS, {
    what: 'the flood on the queue',
  })
  await until(async () => (await upload(flood)).estimate.position >= FLOOD - SLOTS, { what: 'the backlog to be known' })

  // A position is taken from the last reading of the queue, and a reading may come between the
  // adding of jobs and their turns. A task with an older position is cancelled, which gives its turn back.
  let id = ''
  await until(
    async () => {
      await cancel(id, single)
      const task = await upload(single)
      id = task.id
      return task.estimate.position <= SLOTS
    },
    { what: 'its position to be among the next' },
  )
  await until(async () => (await api.queue.find(id, 1)) !== undefined, { what: 'the single task on the queue' })
  for (let started = SLOTS + 1; started <= 2 * SLOTS; started++) {
    running.shift()?.()
    await until(() => worker.started.length === started, { what: 'the next job to be started' })
  }
  expect(worker.started.slice(SLOTS)).toContain(id)
})
