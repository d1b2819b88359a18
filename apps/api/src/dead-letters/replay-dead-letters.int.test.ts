import { problem, replayReport, type ReplayReport, type Task } from '@darkroom/contracts'
import { sampleJpeg, until } from '@darkroom/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OPERATOR, startTestApi, type TestApi } from '../../test/start-test-api.ts'
import { fatal, startTestWorker, type TestWorker } from '../../test/test-worker.ts'

let api: TestApi
let worker: TestWorker
let photo: Buffer
/** What every job fails with; undefined: it ends well. */
let fault: string | undefined

beforeAll(async () => {
  api = await startTestApi()
  photo = await sampleJpeg({ width: 64, height: 48 })
  worker = await startTestWorker(api, {
    slots: 4,
    work: async () => {
      if (fault !== undefined) throw fatal(fault)
    },
  })
})
afterAll(async () => {
  await worker.stop()
  await api.stop()
})

const read = async (id: string): Promise<Task> => (await api.request(`/api/v1/tasks/${id}`)).body as Task
const becomes = (id: string, status: Task['status']): Promise<Task> =>
  until(
    async () => {
      const task = await read(id)
      return task.status === status && task
    },
    { what: `${id} to be ${status}` },
  )

async function upload(failing?: string): Promise<string> {
  fault = failing
  const { id } = (await api.upload(photo)).body as Task
  await becomes(id, failing === undefined ? 'completed' : 'failed')
  fault = undefined
  return id
}

const ask = (body: string | object) =>
  api.agent().post('/api/v1/dead-letters/replay').set(OPERATOR).type('json').send(body)

async function replay(body: object, status = 202): Promise<ReplayReport> {
  const answer = await ask(body).expect(status)
  return replayReport.strict().parse(answer.body)
}

describe('by ids', () => {
  it('restarts failed tasks once, and refuses the others individually', async () => {
    const failed = await upload('STORAGE_FAILED')
    const done = await upload()
    const unknown = 'f'.repeat(24)
    const report = await replay({ ids: [failed, done, unknown, failed] })
    expect(report).toMatchObject({ dryRun: false, matched: 1, replayed: 1 })
    expect(Object.fromEntries(report.items.map(({ id, outcome, code }) => [id, [outcome, code]]))).toEqual({
      [failed]: ['replayed', undefined],
      [done]: ['refused', 'NOT_A_DEAD_LETTER'],
      [unknown]: ['refused', 'NOT_A_DEAD_LETTER'],
    })
    const again = await becomes(failed, 'completed')
    expect(again).toMatchObject({ epoch: 2, error: null, attempts: { made: 1 } })
    expect((await read(done)).epoch).toBe(1)
    expect((await replay({ ids: [failed] })).replayed).toBe(0)
  })

  it('two concurrent requests restart a task once', async () => {
    const id = await upload('STORAGE_FAILED')
    const reports = await Promise.all([replay({ ids: [id] }), replay({ ids: [id] })])
    expect(reports.reduce((sum, { replayed }) => sum + replayed, 0)).toBe(1)
    expect(await becomes(id, 'completed')).toMatchObject({ epoch: 2 })
  })
})

describe('by filter', () => {
  it('counts first, then restarts the oldest, up to the limit [S3.12]', async () => {
    const full = [await upload('STORAGE_FULL'), await upload('STORAGE_FULL'), await upload('STORAGE_FULL')]
    const corrupt = await upload('IMAGE_CORRUPT')
    const filter = { code: 'STORAGE_FULL' }
    expect(await replay({ filter, dryRun: true }, 200)).toEqual({
      dryRun: true,
      matched: 3,
      matchedIsExact: true,
      replayed: 0,
      items: [],
    })
    expect((await read(full[0] ?? '')).status).toBe('failed')

    const first = await replay({ filter, limit: 2 })
    expect(first).toMatchObject({ matched: 3, replayed: 2 })
    expect(first.items.map(({ id }) => id)).toEqual(full.slice(0, 2))
    for (const id of full.slice(0, 2)) await becomes(id, 'completed')
    expect(await replay({ filter })).toMatchObject({ matched: 1, replayed: 1 })
    await becomes(full[2] ?? '', 'completed')
    expect((await read(corrupt)).epoch).toBe(1)

    const { createdAt } = await read(corrupt)
    const before = new Date(Date.parse(createdAt) - 1).toISOString()
    expect(await replay({ filter: { createdTo: before }, dryRun: true }, 200)).toMatchObject({ matched: 0 })
    expect(await replay({ filter: { createdFrom: before } })).toMatchObject({ matched: 1, replayed: 1 })
    await becomes(corrupt, 'completed')
  })
})

describe('an invalid request restarts nothing', () => {
  it.each([
    [{}],
    [{ ids: [] }],
    [{ ids: ['x'] }],
    [{ ids: [{ $ne: null }] }],
    [{ ids: ['f'.repeat(24)], filter: {} }],
    [{ filter: { code: { $ne: null } } }],
    [{ filter: { status: 'completed' } }],
    [{ filter: {}, limit: 0 }],
    [{ filter: {}, limit: 1e9 }],
    [{ filter: {}, dryRun: 'yes' }],
    [{ filter: { createdFrom: 'yesterday' } }],
    [{ ids: Array.from({ length: 1001 }, () => 'f'.repeat(24)) }],
  ])('%j', async (body) => {
    const answer = await ask(body)
    expect([answer.status, problem.parse(answer.body).code]).toEqual([422, 'INVALID_FIELD'])
  })

  it.each([
    ['[]', 400],
    ['{', 400],
    ['', 422],
  ])('%s', async (body, status) => {
    await ask(body).expect(status)
  })

  it('nor does one without valid JSON', async () => {
    await ask('ids=1').type('form').expect(415)
  })
})
