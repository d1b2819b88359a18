import { buffer } from 'node:stream/consumers'
import { videoRender, type Problem, type Task } from '@darkroom/contracts'
import { queueNames } from '@darkroom/messaging'
import { sampleJpeg, until } from '@darkroom/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startBucketServer } from '../../test/bucket.ts'
import { startTestApi, type Answer, type TestApi } from '../../test/start-test-api.ts'

const server = await startBucketServer()
const photo = await sampleJpeg({ width: 64, height: 48 })
const other = await sampleJpeg({ width: 64, height: 48, seed: 2 })

afterAll(() => server?.stop())

const drivers: { driver: string; settings: NodeJS.ProcessEnv }[] = [
  { driver: 'on a disk', settings: {} },
  ...(server ? [{ driver: 'in a bucket', settings: server.settings() }] : []),
]

describe.each(drivers)('stored backgrounds $driver', ({ settings }) => {
  let api: TestApi
  beforeAll(async () => {
    api = await startTestApi({ ...settings, CLEANUP_INTERVAL_MS: '200' })
  })
  afterAll(() => api.stop())
  beforeEach(() => put('mine.jpg', photo))

  const asset = (name: string) => `/api/v1/assets/${name}`
  const put = (name: string, bytes: Buffer): Promise<Answer> =>
    api.request(asset(name), { method: 'PUT', body: new Uint8Array(bytes) })
  const remove = (path: string): Promise<Answer> => api.request(path, { method: 'DELETE' })
  const request = (background: string, key: string = crypto.randomUUID()): Promise<Answer> =>
    api.request('/api/v1/tasks', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ kind: 'video.render', input: { ...weather, background } }),
    })
  const newTask = async (background: string, key?: string): Promise<Task> => {
    const { status, body } = await request(background, key)
    expect(status).toBe(202)
    return body as Task
  }
  const bytesOf = async (key: string): Promise<Buffer> => buffer((await api.stored.open(key)).stream)
  const filesOf = async ({ id }: Task): Promise<string[]> => {
    const files = await Array.fromAsync(api.stored.list(`storage/videos/${id}`))
    return files.map(({ key }) => key.split('/').at(-1) ?? '').toSorted()
  }
  const all = async (): Promise<number> => (await Array.fromAsync(api.stored.list('storage'))).length

  it('are read as they were when the task was accepted, even if replaced or deleted since', async () => {
    const [first, second] = [await newTask('mine.jpg'), await newTask('mine.jpg')]
    expect((await put('mine.jpg', other)).status).toBe(200)
    const third = await newTask('mine.jpg')
    expect((await remove(asset('mine.jpg'))).status).toBe(204)
    const read = [first, second, third].map(async (task) => {
      const { backgroundPath = '' } = await jobOf(api, task)
      expect(backgroundPath).toBe(`storage/videos/${task.id}/asset.jpg`)
      return (await bytesOf(backgroundPath)).equals(photo) ? 'photo' : 'other'
    })
    expect(await Promise.all(read)).toEqual(['photo', 'photo', 'other'])
    expect((await bytesOf((await jobOf(api, third)).backgroundPath ?? '')).equals(other)).toBe(true)
  })

  it('are copied only if they are stored: those that ship come with the worker', async () => {
    const shipped = await newTask('coast.jpg')
    expect([(await jobOf(api, shipped)).backgroundPath, await filesOf(shipped)]).toEqual([undefined, ['original.json']])
    await put('coast.jpg', other)
    const { backgroundPath = '' } = await jobOf(api, await newTask('coast.jpg'))
    expect((await bytesOf(backgroundPath)).equals(other)).toBe(true)
    await remove(asset('coast.jpg'))
  })

  it('are removed with their task, and the asset stays', async () => {
    const task = await newTask('mine.jpg')
    expect(await filesOf(task)).toEqual(['asset.jpg', 'original.json'])
    expect((await remove(task.links.self)).status).toBe(204)
    await until(async () => (await filesOf(task)).length === 0, { what: 'the removal of its files' })
    expect((await bytesOf('assets/mine.jpg')).equals(photo)).toBe(true)
  })

  it('are copied once, however often a request is repeated, and again if the copy is missing', async () => {
    const before = await all()
    const key = crypto.randomUUID()
    const answers = await Promise.all(Array.from({ length: 5 }, () => request('mine.jpg', key)))
    expect(answers.map(({ status }) => status).filter((status) => status !== 202 && status !== 409)).toEqual([])
    const task = await newTask('mine.jpg', key)
    expect(await all()).toBe(before + 2)
    await api.stored.remove(`storage/videos/${task.id}/asset.jpg`)
    expect((await newTask('mine.jpg', key)).id).toBe(task.id)
    expect(await filesOf(task)).toEqual(['asset.jpg', 'original.json'])
  })

  it('are named in the refusal of an unknown one', async () => {
    const { status, body } = await request('moon.jpg')
    const detail = 'There is no asset moon.jpg; there are: city.jpg, coast.jpg, mine.jpg, mountains.jpg.'
    expect([status, (body as Problem).errors]).toEqual([422, [{ pointer: '/input/background', detail }]])
  })
})

const weather = {
  template: 'weather',
  city: 'Málaga',
  temperature: 24,
  condition: 'sunny',
  description: 'Clear sky',
  date: '2026-05-30',
}

/** What a worker receives for a task. */
function jobOf(api: TestApi, { id }: Task): Promise<{ backgroundPath?: string }> {
  const find = async () => {
    const { queue } = queueNames({ queue: api.env.QUEUE_NAME }, videoRender)
    const { body } = await api.request(`/api/v1/queues/${queue}/jobs?state=prioritized`)
    return (body as { items: { data: { taskId: string; backgroundPath?: string } }[] }).items.find(
      ({ data }) => data.taskId === id,
    )?.data
  }
  return until(find, { what: `the job of ${id}` })
}
