import {
  photoBibs,
  type AcceptedBatch,
  type Bib,
  type PhotoStatus,
  type QueueStats,
  type Task,
  type TaskEventPage,
} from '@darkroom/contracts'
import { racePhoto, until } from '@darkroom/testing'
import sharp from 'sharp'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import type { ApiProcess } from '../../scripts/processes.ts'
import { accepted, answerOf, ended, get, upload } from './support/client.ts'
import { createInstallation, type Installation } from './support/installation.ts'

const ENDED_MS = 120_000

let darkroom: Installation
let api: ApiProcess

beforeEach(async () => {
  darkroom = await createInstallation({ redisUrl: inject('redisUrl'), mongoUrl: inject('mongoUrl') })
  api = await darkroom.api()
})
afterEach(() => darkroom.stop())

const worker = (name = 'photos', env: NodeJS.ProcessEnv = {}) => darkroom.worker(name, { app: 'photo-worker', env })
const statusOf = async (id: string) => (await get<PhotoStatus>(`${api.url}/photos/${id}/status`)).body
const photoOf = async (number: string) => ({
  bytes: (await racePhoto({ numbers: [number], width: 1200, height: 900, seed: Number(number) })).bytes,
  name: `finish ${number}.jpg`,
  path: '/photos',
})
const bibsOf = ({ result }: Task): Bib[] => photoBibs.result.parse(result).bibs
const numbersIn = (task: Task): string[] => bibsOf(task).map(({ number }) => number)

test('a photo of a race: upload, status, numbers, variants [S2.5, S2.9, S2.10, S2.11]', async () => {
  const { bytes, bibs } = await racePhoto({ numbers: ['587', '1204'], seed: 7 })
  const photo = { bytes, name: 'Finish line.jpg', path: '/photos', fields: { album: 'valencia-2026' } }
  const { status, headers, body } = await upload(api.url, photo)
  expect([status, headers.get('location')]).toEqual([202, `/api/v1/tasks/${body.id}`])
  expect(body).toMatchObject({ kind: 'photo.bibs', status: 'pending', source: { album: 'valencia-2026' } })
  expect(await statusOf(body.id)).toEqual({ status: 'pending', error: null, isProcessed: false, processedAt: null })

  await worker()
  const task = await ended(api.url, body.id, ENDED_MS)
  expect(numbersIn(task).toSorted()).toEqual(['1204', '587'])
  for (const { number, box } of bibsOf(task)) {
    const bib = bibs.find((drawn) => drawn.number === number)!
    expect([box.left > bib.left, box.left + box.width < bib.left + bib.width]).toEqual([true, true])
  }
  expect(await statusOf(body.id)).toEqual({
    status: 'completed',
    error: null,
    isProcessed: true,
    processedAt: task.finishedAt,
  })
  expect(task.files?.map(({ name }) => name)).toEqual(['1024', '800'])
  for (const { url, name } of task.files ?? []) {
    const { width, format } = await sharp(await (await fetch(api.url + url)).bytes()).metadata()
    expect([String(width), format]).toEqual([name, 'jpeg'])
  }
  expect((await get(`${api.url}/api/jobs/${task.jobId}`)).body).toMatchObject({
    result: { bibs: bibsOf(task) },
  })
})

test('many photos in one request: one batch, a task for each, at most three at a time [S2.4, S2.8, S2.9]', async () => {
  const numbers = ['11', '222', '3410', '44', '555']
  const form = new FormData()
  for (const number of numbers) {
    const { bytes, name } = await photoOf(number)
    form.append('photos', new Blob([new Uint8Array(bytes)]), name)
  }
  const answer = await answerOf<AcceptedBatch>(await fetch(`${api.url}/photos/batch`, { method: 'POST', body: form }))
  expect([answer.status, answer.body.accepted]).toEqual([202, numbers.length])
  const queue = `${api.url}/api/v1/queues/photo-processing/stats`
  await until(async () => (await get<QueueStats>(queue)).body.waiting === numbers.length, { what: 'all in the queue' })

  await worker('three', { PHOTO_CONCURRENCY: '3' })
  const ids = answer.body.items.flatMap((item) => (item.status === 'accepted' ? [item.task.id] : []))
  const tasks = await Promise.all(ids.map((id) => ended(api.url, id, ENDED_MS)))
  expect(tasks.map(numbersIn)).toEqual(numbers.map((number) => [number]))
  const starts = tasks.map(({ startedAt }) => Date.parse(startedAt!))
  const running = starts.map((at) => tasks.filter((task) => isRunningAt(task, at)).length)
  expect(Math.max(...running)).toBe(3)
})

test('a restart of all processes keeps the state of every photo, and kill -9 of workers loses none [S2.12]', async () => {
  const first = await accepted(api.url, await photoOf('587'))
  let running = await worker('a')
  const done = await ended(api.url, first.id, ENDED_MS)
  await running.stop()
  const waiting = await accepted(api.url, await photoOf('1204'))
  await api.stop()

  api = await darkroom.api()
  expect((await get(`${api.url}/api/v1/tasks/${done.id}`)).body).toEqual(done)
  expect(await statusOf(waiting.id)).toMatchObject({ status: 'pending' })
  const others = await Promise.all(['31', '42'].map(async (number) => accepted(api.url, await photoOf(number))))
  const all = [waiting, ...others]
  for (const name of ['b', 'c']) {
    running = await worker(name)
    const isAtWork = async () => (await Promise.all(all.map(({ id }) => statusOf(id)))).some(isProcessing)
    await until(isAtWork, { what: 'a photo being read', timeoutMs: 30_000 })
    running.kill('SIGKILL')
    await running.exited
  }
  await worker('d')
  const tasks = await Promise.all(all.map(({ id }) => ended(api.url, id, ENDED_MS)))
  expect(tasks.map((task) => [task.status, ...numbersIn(task)])).toEqual([
    ['completed', '1204'],
    ['completed', '31'],
    ['completed', '42'],
  ])
})

test(
  'a photo that takes too long has three attempts: at once, after 2 s, after 4 s more [S2.2, S2.5, S2.6]',
  async () => {
    await worker('hurried', { JOB_DEADLINE_MS: '100' })
    const { bytes } = await racePhoto({ numbers: ['587'], width: 2400, height: 1800 })
    const { id } = await accepted(api.url, { bytes, path: '/photos' })
    const isRefused = async () => (await statusOf(id)).error !== null
    await until(isRefused, { what: 'the first failed attempt', timeoutMs: 30_000 })
    expect(await ended(api.url, id, ENDED_MS)).toMatchObject({ status: 'failed', attempts: { made: 3, max: 3 } })
    const { status, error, isProcessed } = await statusOf(id)
    expect({ status, isProcessed }).toEqual({ status: 'failed', isProcessed: false })
    expect(error).toMatch(/longer than 100 ms/)
    const { items } = (await get<TaskEventPage>(`${api.url}/api/v1/tasks/${id}/events`)).body
    const waits = items.flatMap(({ type, at, data }) =>
      type === 'task.retry' ? [(data as { nextAt: number }).nextAt - Date.parse(at)] : [],
    )
    // A run on a machine that is in trouble uses up no attempt, and is repeated at once.
    const between = waits.filter((wait) => wait > 0)
    expect(between).toHaveLength(2)
    // Each wait is reduced by up to a random quarter.
    for (const [index, most] of [2000, 4000].entries()) {
      expect(between[index]).toBeLessThanOrEqual(most)
      expect(between[index]).toBeGreaterThanOrEqual(most * 0.75)
    }
  },
  ENDED_MS,
)

const isProcessing = ({ status }: PhotoStatus): boolean => status === 'processing'

const isRunningAt = ({ startedAt, finishedAt }: Task, at: number): boolean =>
  Date.parse(startedAt!) <= at && at < Date.parse(finishedAt!)
