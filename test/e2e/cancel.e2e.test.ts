import { sampleJpeg, timed, until } from '@darkroom/testing'
import sharp from 'sharp'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import type { ApiProcess } from '../../scripts/processes.ts'
import { accepted, answerOf, ended, get } from './support/client.ts'
import { listen, type EventLog } from './support/events.ts'
import { createInstallation, type Installation } from './support/installation.ts'
import { childrenOf, isAlive, isLinux } from './support/processes-of-linux.ts'

const SIDE = 7000
let darkroom: Installation
let events: EventLog
let api: ApiProcess

beforeEach(async () => {
  darkroom = await createInstallation(
    { redisUrl: inject('redisUrl'), mongoUrl: inject('mongoUrl') },
    { WORKER_CONCURRENCY: '1', JOB_DEADLINE_MS: '300000' },
  )
  events = await listen(darkroom)
  api = await darkroom.api()
})
afterEach(async () => {
  events.close()
  await darkroom.stop()
})

const cancel = async (id: string) => answerOf(await fetch(`${api.url}/api/v1/tasks/${id}/cancel`, { method: 'POST' }))
const retry = async (id: string) => answerOf(await fetch(`${api.url}/api/v1/tasks/${id}/retry`, { method: 'POST' }))

/**
 * Noise of nearly 50 million pixels, interlaced: as slow to decode as any picture within the
 * limits.
 */
function giantNoise(): Promise<Buffer> {
  const noise = Buffer.alloc(SIDE * SIDE)
  for (let at = 0, state = 1; at < noise.length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    noise[at] = 120 + (state >>> 31)
  }
  return sharp(noise, { raw: { width: SIDE, height: SIDE, channels: 1 } })
    .png({ compressionLevel: 1, progressive: true })
    .toBuffer()
}

test('cancelling stops a running job long before its normal end; the task stays cancelled and can be retried', async () => {
  const worker = await darkroom.worker('cancelled')
  const { id } = await accepted(api.url, { bytes: await giantNoise(), name: 'noise.png' })
  await events.event(id, 'task.processing')
  const [child] = childrenOf(worker.pid)

  const cancelled = await timed(() => cancel(id))
  const { status, body } = cancelled.value
  expect([status, body]).toMatchObject([202, { id, status: 'cancelled' }])
  const gone = await timed(
    () => isLinux && until(() => !isAlive(child!), { what: 'the end of the child', intervalMs: 5 }),
  )
  const goneMs = cancelled.ms + gone.ms

  // The worker has a new child for the next job, and no further events of the old one arrive.
  const next = await accepted(api.url, { bytes: await sampleJpeg({ width: 300, height: 200 }) })
  await events.event(next.id, 'task.completed')
  expect((await get(`${api.url}/api/v1/tasks/${id}`)).body).toEqual(body)
  expect(events.typesOf(id)).not.toContain('task.failed')
  expect(events.of(id).at(-1)).toMatchObject({ eventType: 'task.cancelled', epoch: 1 })

  expect((await retry(id)).body).toMatchObject({ status: 'pending', epoch: 2 })
  const done = await ended(api.url, id, 90_000)
  expect(done).toMatchObject({ status: 'completed', epoch: 2, attempts: { made: 1 } })
  console.info(
    `the child was gone ${goneMs.toFixed(0)} ms after the cancellation; the whole run takes ${done.processingTimeMs} ms`,
  )
  expect(goneMs).toBeLessThan(done.processingTimeMs! / 2)
  expect((await fetch(`${api.url}${done.images[0]!.url}`)).status).toBe(200)
})
