import type { QueueJob } from '@darkroom/contracts'
import { sampleJpeg, until } from '@darkroom/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { ApiProcess } from '../../scripts/processes.ts'
import { accepted, eachOf, get, total } from './support/client.ts'
import { listen, type EventLog } from './support/events.ts'
import { createInstallation, type Installation, type TaskDocument } from './support/installation.ts'

const PHOTOS = 300
const PAGE = 50

let darkroom: Installation
let events: EventLog
let apis: ApiProcess[]
let ids: string[]
let documents: TaskDocument[]

/** One run of many photos through 2 API processes and 3 workers; the tests check the results. */
beforeAll(async () => {
  // No API dies here, and none may be taken for dead because an insert took seconds on a busy disk:
  // another one would then dispatch its task before it reported it as created.
  darkroom = await createInstallation(
    { redisUrl: inject('redisUrl'), mongoUrl: inject('mongoUrl') },
    { DISPATCH_LEASE_MS: '60000' },
  )
  events = await listen(darkroom)
  const workers = ['worker-a', 'worker-b', 'worker-c'].map((id) => darkroom.worker(id))
  apis = await Promise.all([darkroom.api(), darkroom.api()])
  await Promise.all(workers)
  const photos = await eachOf(Array.from({ length: PHOTOS }), 4, (_, seed) =>
    sampleJpeg({ width: 200, height: 150, seed: seed + 1 }),
  )
  const tasks = await eachOf(photos, 8, (bytes, index) =>
    accepted(apis[index % 2]!.url, { bytes, name: `photo ${index}.jpg` }),
  )
  ids = tasks.map((task) => task.id)
  const allEnded = async (): Promise<boolean> => (await darkroom.tasks.countDocuments({ nextCheckAt: null })) === PHOTOS
  await until(allEnded, { what: `the end of ${PHOTOS} tasks`, timeoutMs: 150_000, intervalMs: 200 })
  documents = await darkroom.tasks.find().toArray()
})
afterAll(async () => {
  events.close()
  await darkroom.stop()
})

test('each of 300 photos completes, according to both API processes [S0.16]', async () => {
  for (const { url } of apis) expect(await total(url, 'completed')).toBe(PHOTOS)
  expect(documents.map(({ _id }) => String(_id)).toSorted()).toEqual(ids.toSorted())
  expect(documents.filter(({ status }) => status !== 'completed')).toEqual([])
})

test('each is reported as created, started and completed exactly once', () => {
  for (const id of ids) {
    const types = events.typesOf(id).filter((type) => type !== 'task.progress')
    expect(types).toEqual(['task.created', 'task.processing', 'task.completed'])
  }
})

test('all workers share the work, and each task has only one [S0.16]', () => {
  const begun = events.heard.filter((event) => event.eventType === 'task.processing')
  expect(begun.map(({ taskId }) => taskId).toSorted()).toEqual(ids.toSorted())
  expect([...new Set(begun.map(({ workerId }) => workerId))].toSorted()).toEqual(['worker-a', 'worker-b', 'worker-c'])
  expect(documents.filter(({ attempts }) => attempts.made !== 1)).toEqual([])
})

test('the queue delivered each job once', async () => {
  const jobs = await completedJobs()
  expect(jobs.map(({ taskId }) => taskId).toSorted()).toEqual(ids.toSorted())
  expect(jobs.filter(({ attemptsMade }) => attemptsMade !== 1)).toEqual([])
})

test('every event took effect once, however often it was delivered [S3.13]', () => {
  for (const { rev, log } of documents) {
    const seqs = log.map(({ seq }) => seq)
    expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b))
    // The first entry is the insert; each further one is a write that took effect, or a start that
    // was written together with its end.
    const starts = log.filter(({ type }) => type === 'task.processing').length
    expect(rev).toBeLessThanOrEqual(log.length - 1)
    expect(rev).toBeGreaterThanOrEqual(log.length - 1 - starts)
    expect(log.filter(({ type }) => type === 'task.completed')).toHaveLength(1)
  }
})

async function completedJobs(): Promise<QueueJob[]> {
  const starts = Array.from({ length: Math.ceil(PHOTOS / PAGE) + 1 }, (_, page) => page * PAGE)
  const path = `${apis[0]!.url}/api/v1/queues/image-processing/jobs?state=completed`
  const pages = await Promise.all(
    starts.map((start) => get<{ items: QueueJob[] }>(`${path}&start=${start}&end=${start + PAGE - 1}`)),
  )
  return pages.flatMap(({ body }) => body.items)
}
