import type { ReplayReport, Task, TaskEventOf, TaskPage } from '@darkroom/contracts'
import { subscribeTaskEvents } from '@darkroom/messaging'
import { connectRedis } from '@darkroom/runtime'
import { sampleJpeg, until } from '@darkroom/testing'
import { expect, inject, it } from 'vitest'
import { OPERATOR, startTestApi, testLog, type TestApi } from '../../test/start-test-api.ts'
import { startTestWorker } from '../../test/test-worker.ts'

const photo = await sampleJpeg({ width: 64, height: 48 })

it('three attempts by default: immediately, after 2 s and after 4 s with jitter; then the task is a dead letter with the actual attempt numbers, and can be replayed [S2.2, S3.6, S3.12]', async () => {
  const api = await startTestApi()
  const ear = connectRedis(inject('redisUrl'), 'consumer', testLog)
  const failures: TaskEventOf<'task.failed'>[] = []
  await subscribeTaskEvents(ear, api.names.channel, {
    onEvent: (event) => event.eventType === 'task.failed' && failures.push(event),
    onInvalid: () => {},
  })
  const startedAt: number[] = []
  let isBroken = true
  const worker = await startTestWorker(api, {
    work: async () => {
      startedAt.push(performance.now())
      if (isBroken) throw new Error('a fault without a name')
    },
  })
  const { id } = (await api.upload(photo)).body as Task
  const read = async () => (await api.request(`/api/v1/tasks/${id}`)).body as Task
  await until(async () => (await read()).status === 'failed', { what: 'the third attempt to fail', timeoutMs: 15_000 })

  // The delay set by the queue is exact; on a busy machine the job starts some time after it.
  const delays = await delaysOf(api)
  const waits = startedAt.slice(1).map((at, index) => at - startedAt[index]!)
  console.log(`attempts started 0, ${startedAt.slice(1).map((at) => Math.round(at - startedAt[0]!)).join(' and ')} ms after the first`) // prettier-ignore
  expect([waits.length, delays.length]).toEqual([2, 2])
  for (const [index, most] of [2000, 4000].entries()) {
    expect(waits[index]).toBeGreaterThanOrEqual(most * 0.75)
    expect(delays[index]).toBeLessThanOrEqual(most)
  }
  expect(await read()).toMatchObject({
    attempts: { made: 3, max: 3, nextAt: null },
    error: { message: 'Unknown error' },
  })
  await until(() => failures.length > 0, { what: 'task.failed' })
  expect(failures).toMatchObject([{ taskId: id, error: 'Unknown error', attempts: 3, attempt: 3, willRetry: false }])

  expect(((await api.request('/api/v1/dead-letters')).body as TaskPage).items.map((task) => task.id)).toEqual([id])
  isBroken = false
  const headers = { 'content-type': 'application/json', ...OPERATOR }
  const init = { method: 'POST', headers, body: JSON.stringify({ ids: [id] }) }
  const replayed = await api.request('/api/v1/dead-letters/replay', init)
  expect([replayed.status, (replayed.body as ReplayReport).replayed]).toEqual([202, 1])
  await until(async () => (await read()).status === 'completed', { what: 'the replayed task' })
  expect(((await api.request('/api/v1/dead-letters')).body as TaskPage).items).toEqual([])
  await worker.stop()
  ear.disconnect()
  await api.stop()
})

it('attempts and the delay between them are configurable [S1.3]', async () => {
  const api = await startTestApi({ QUEUE_MAX_RETRIES: '5', QUEUE_BACKOFF_MS: '700' })
  const task = (await api.upload(photo)).body as Task
  expect(task.attempts.max).toBe(5)
  const job = await until(() => api.queue.find(task.id, 1), { what: 'the job' })
  expect(job.opts).toMatchObject({ attempts: 5, backoff: { type: 'exponential', delay: 700 } })
  await api.stop()
})

/** How long the queue delayed jobs, in ms, according to its own log. */
async function delaysOf({ redis, names }: TestApi): Promise<number[]> {
  const log = await redis.xrange(`${names.prefix}:${names.queue}:events`, '-', '+')
  return log.flatMap(([id, fields]) => {
    const until = Number(fields[fields.indexOf('delay') + 1])
    return fields.includes('delayed') && fields.includes('delay') ? [until - Number.parseInt(id, 10)] : []
  })
}
