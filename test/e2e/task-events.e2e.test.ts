import { createHash } from 'node:crypto'
import { readFile, rm, writeFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { corruptJpeg, sampleJpeg, until } from '@darkroom/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { ApiProcess } from '../../scripts/processes.ts'
import { accepted, ended } from './support/client.ts'
import { listen, type EventLog } from './support/events.ts'
import { createInstallation, type Installation } from './support/installation.ts'

// Two replicas: both receive all events of the workers, yet every fact is published once.
let darkroom: Installation
let events: EventLog
let api: ApiProcess
let other: ApiProcess

beforeAll(async () => {
  darkroom = await createInstallation(
    { redisUrl: inject('redisUrl'), mongoUrl: inject('mongoUrl') },
    { QUEUE_BACKOFF_MS: '300' },
  )
  events = await listen(darkroom)
  ;[api, other] = await Promise.all([darkroom.api(), darkroom.api(), darkroom.worker('worker-of-events')])
})
afterAll(async () => {
  events.close()
  await darkroom.stop()
})

test('the channel reports a valid photo from beginning to end [S3.2, S3.4, S3.5]', async () => {
  const { id } = await accepted(api.url, { bytes: await sampleJpeg({ width: 1300, height: 1000 }), name: 'story.jpg' })
  const completed = await events.event(id, 'task.completed')
  expect(distinct(events.typesOf(id))).toEqual(['task.created', 'task.processing', 'task.progress', 'task.completed'])
  expect(events.of(id)[0]).toMatchObject({
    kind: 'image.optimize',
    priority: 'interactive',
    name: 'story.jpg',
    attempt: 0,
    seq: 0,
  })
  expect(await events.event(id, 'task.processing')).toMatchObject({ workerId: 'worker-of-events', attempt: 1 })
  expect(await events.event(id, 'task.progress')).toMatchObject({
    stage: expect.any(String),
    percent: expect.any(Number),
  })
  expect(completed.processingTime).toBeGreaterThan(0)
  expect(completed.images.map((image) => image.resolution)).toEqual(['1024', '800'])
  for (const { path, md5, size } of completed.images) {
    const file = await readFile(join(darkroom.dataDir, path))
    expect([md5, size]).toEqual([createHash('md5').update(file).digest('hex'), file.length])
  }
})

test('every message has its task, type, time and position in the history [S3.3]', async () => {
  const before = Date.now()
  const { id } = await accepted(other.url, { bytes: await sampleJpeg({ width: 300, height: 200 }) })
  await events.event(id, 'task.completed')
  for (const event of events.of(id)) {
    expect(event).toMatchObject({ taskId: id, epoch: 1, attempt: expect.any(Number), seq: expect.any(Number) })
    expect(event.timestamp).toBeGreaterThanOrEqual(before)
    expect(event.timestamp).toBeLessThanOrEqual(Date.now())
  }
  const seqs = events.of(id).map((event) => event.seq)
  expect(seqs).toEqual(distinct(seqs).toSorted((a, b) => a - b))
})

test('the failure of a corrupt photo is published exactly once, with no further attempt [S3.2]', async () => {
  const { id } = await accepted(api.url, { bytes: await corruptJpeg() })
  const failed = await events.event(id, 'task.failed')
  expect(failed).toMatchObject({ attempts: 1, willRetry: false, code: 'IMAGE_CORRUPT', error: expect.any(String) })
  // Any further events about it would have arrived before those of a later photo.
  const later = await accepted(other.url, { bytes: await sampleJpeg({ width: 300, height: 200 }) })
  await Promise.all([events.event(later.id, 'task.completed'), ended(api.url, later.id), ended(other.url, later.id)])
  expect(events.typesOf(id).filter((type) => type === 'task.failed' || type === 'task.retry')).toEqual(['task.failed'])
  expect(await ended(other.url, id)).toMatchObject({
    status: 'failed',
    attempts: { made: 1 },
    error: { code: 'IMAGE_CORRUPT' },
  })
})

test('a storage problem uses up no attempt, and the task completes after the repair [S2.6, S3.2]', async () => {
  const inTheWay = join(darkroom.dataDir, 'output', 'blocked')
  await mkdir(join(darkroom.dataDir, 'output'), { recursive: true })
  await writeFile(inTheWay, 'a file where a folder must be')
  const { id } = await accepted(api.url, { bytes: await sampleJpeg({ width: 300, height: 200 }), name: 'blocked.jpg' })

  const retry = await events.event(id, 'task.retry')
  expect(retry).toMatchObject({ attempts: 0, attempt: 1, retryable: true, error: expect.any(String) })
  expect(retry.nextAt).toBeGreaterThan(retry.timestamp)
  expect(await events.event(id, 'task.retry', 2)).toMatchObject({ attempts: 0, attempt: 2 })
  await rm(inTheWay)

  expect(await events.event(id, 'task.completed')).toMatchObject({ attempts: 1, attempt: 3 })
  expect(await ended(api.url, id)).toMatchObject({
    status: 'completed',
    attempts: { made: 1, max: 3, nextAt: null },
    error: null,
  })
  const document = await until(() => darkroom.tasks.findOne({ jobId: { $exists: true }, name: 'blocked.jpg' }))
  expect(document.log.map(({ type }) => type).filter((type) => type === 'task.retry')).toHaveLength(2)
})

const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)]
