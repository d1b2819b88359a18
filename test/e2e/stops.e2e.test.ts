import { randomUUID } from 'node:crypto'
import { sampleJpeg, until } from '@darkroom/testing'
import sharp from 'sharp'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import type { ApiProcess } from '../../scripts/processes.ts'
import { beginUpload } from './support/begin-upload.ts'
import { accepted, eachOf, ended, upload, type Answer, type Upload } from './support/client.ts'
import { listen, type EventLog } from './support/events.ts'
import { createInstallation, type Installation } from './support/installation.ts'
import { childrenOf, isAlive } from './support/processes-of-linux.ts'

let darkroom: Installation
let events: EventLog
let api: ApiProcess

beforeEach(async () => {
  darkroom = await createInstallation(
    { redisUrl: inject('redisUrl'), mongoUrl: inject('mongoUrl') },
    { WORKER_CONCURRENCY: '1' },
  )
  events = await listen(darkroom)
  api = await darkroom.api()
})
afterEach(async () => {
  events.close()
  await darkroom.stop()
})

/**
 * An interlaced image of nearly 50 million pixels: small to send, and most of a second to process.
 */
const giant = sharp({ create: { width: 7000, height: 7000, channels: 3, background: '#369' } })
  .png({ compressionLevel: 1, progressive: true })
  .toBuffer()
const small = (seed: number): Promise<Buffer> => sampleJpeg({ width: 300, height: 200, seed })

test('a worker that is asked to stop finishes its jobs and leaves the others alone', async () => {
  const worker = await darkroom.worker('stops', { env: { WORKER_CONCURRENCY: '2' } })
  const bytes = await giant
  const ids = await eachOf(
    [1, 2, 3, 4, 5, 6],
    6,
    async (n) => (await accepted(api.url, { bytes, name: `giant ${n}.png` })).id,
  )
  await until(() => events.count('task.processing') >= 2)
  expect(await worker.stop()).toEqual({ code: 0, signal: null })

  const begun = ids.filter((id) => events.typesOf(id).includes('task.processing'))
  expect(begun.length).toBeLessThan(ids.length)
  for (const id of begun)
    expect(await events.event(id, 'task.completed')).toMatchObject({ workerId: 'stops', attempt: 1 })
  await darkroom.worker('goes-on', { env: { WORKER_CONCURRENCY: '2' } })
  for (const id of ids) {
    // A second attempt would mean that the job had been dropped and found again.
    expect(await events.event(id, 'task.completed')).toMatchObject({
      attempt: 1,
      workerId: begun.includes(id) ? 'stops' : 'goes-on',
    })
    expect(events.typesOf(id).filter((type) => type === 'task.processing')).toHaveLength(1)
  }
})

test('the job of a killed worker moves to another one within seconds, without using up an attempt [S4.11]', async () => {
  const [first, second] = await Promise.all([darkroom.worker('first'), darkroom.worker('second')])
  const { id } = await accepted(api.url, { bytes: await giant, name: 'giant.png' })
  const { workerId } = await events.event(id, 'task.processing')
  const [killed, other] = workerId === 'first' ? [first, second] : [second, first]
  const children = childrenOf(killed.pid)
  killed.kill('SIGKILL')
  const killedAt = Date.now()

  const completed = await events.event(id, 'task.completed')
  console.info(`completed ${((completed.timestamp - killedAt) / 1000).toFixed(1)} s after the kill`)
  expect(completed).toMatchObject({ workerId: other.name, attempt: 2, attempts: 1 })
  // 5 s until the lock of the dead worker expires, and at most 2 times 1 s until this is noticed.
  // The work itself takes the time it takes.
  expect(completed.timestamp - completed.processingTime - killedAt).toBeLessThan(12_000)
  expect(await ended(api.url, id)).toMatchObject({
    status: 'completed',
    attempts: { made: 1, max: 3 },
    workerId: other.name,
  })
  expect(events.typesOf(id)).not.toContain('task.retry')
  expect(children.filter(isAlive)).toEqual([])
})

test('an API that is asked to stop finishes its uploads, and with a second API no photo is lost or duplicated', async () => {
  const other = await darkroom.api()
  await darkroom.worker('worker')
  const underWay = await eachOf([1, 2, 3, 4], 4, async (seed) =>
    beginUpload(api.url, [await small(seed)], `under way ${seed}.jpg`),
  )
  const load = eachOf(Array.from({ length: 60 }), 4, async (_, index) =>
    uploadToEither([api.url, other.url], {
      bytes: await small(100 + index),
      name: `load ${index}.jpg`,
      key: randomUUID(),
    }),
  )
  await until(() => events.count('task.created') >= 15)
  const stopped = api.stop()
  await until(() => isRefusing(api.url), { what: 'the first API to stop accepting connections' })

  const answers = [...(await Promise.all(underWay.map((one) => one.finish()))), ...(await load)]
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 64 }, () => 202))
  expect(await stopped).toEqual({ code: 0, signal: null })
  const ids = answers.map(({ body }) => body.id)
  const tasks = await Promise.all(ids.map((id) => ended(other.url, id)))
  expect(tasks.filter(({ status }) => status !== 'completed')).toEqual([])
  expect(await darkroom.tasks.countDocuments()).toBe(new Set(ids).size)
  expect(new Set(ids).size).toBe(64)
})

/**
 * Like a load balancer: a server that is unreachable, or goes away, is replaced by the other. The
 * key ensures that there is only one task.
 */
async function uploadToEither(urls: readonly string[], photo: Upload): Promise<Answer> {
  const failures: unknown[] = []
  for (const url of urls) {
    try {
      return await upload(url, photo)
    } catch (error) {
      failures.push(error)
    }
  }
  throw new AggregateError(failures, 'No server accepted the upload')
}

const isRefusing = (url: string): Promise<boolean> =>
  fetch(`${url}/livez`, { headers: { connection: 'close' } }).then(
    () => false,
    () => true,
  )
