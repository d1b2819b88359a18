import { sampleJpeg, until } from '@darkroom/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { inject } from 'vitest'
import type { ApiProcess, AppProcess, Exit } from '../../scripts/processes.ts'
import { beginUpload } from './support/begin-upload.ts'
import { accepted, eachOf, ended } from './support/client.ts'
import { listen, type EventLog } from './support/events.ts'
import { createInstallation, type Installation } from './support/installation.ts'
import { childrenOf, isAlive, isLinux } from './support/processes-of-linux.ts'

/**
 * An orderly shutdown would take longer than any test waits: a process that ends sooner was forced
 * to.
 */
const ENDLESS = { SHUTDOWN_TIMEOUT_MS: '3600000' }

let darkroom: Installation
let events: EventLog
let api: ApiProcess
let lines: string[]

beforeEach(async () => {
  lines = []
  darkroom = await createInstallation(
    { redisUrl: inject('redisUrl'), mongoUrl: inject('mongoUrl') },
    { WORKER_CONCURRENCY: '1', LOG_LEVEL: 'debug' },
  )
  events = await listen(darkroom)
})
afterEach(async () => {
  events.close()
  await darkroom.stop()
})

const photo = (seed: number): Promise<Buffer> => sampleJpeg({ width: 300, height: 200, seed })
const onLine = (line: string): void => void lines.push(line)
const said = (message: string): Record<string, unknown>[] =>
  lines.filter((line) => line.includes(`"msg":"${message}"`)).map((line) => JSON.parse(line) as Record<string, unknown>)
const phasesLeft = (): unknown[] =>
  lines.filter((line) => line.includes('"phase":')).map((line) => (JSON.parse(line) as { phase: string }).phase)

/**
 * The second of two signals; within half a second they would count as one, so it is repeated until
 * it is noticed.
 */
async function tellTwice(app: AppProcess): Promise<Exit> {
  app.kill('SIGTERM')
  await until(() => said('shutting down').length > 0, { what: 'the first signal to be heard' })
  let gone = false
  const exited = app.exited.then((exit) => {
    gone = true
    return exit
  })
  await until(
    () => {
      if (!gone) app.kill('SIGTERM')
      return gone
    },
    { what: `${app.name} to end`, intervalMs: 50 },
  )
  return exited
}

/** Accepts photos while no worker is running, and has one upload that never ends. */
async function apiWithHangingUpload(env: NodeJS.ProcessEnv = {}): Promise<string[]> {
  api = await darkroom.api({ onLine, env })
  const ids = await eachOf(
    [1, 2, 3, 4, 5],
    5,
    async (seed) => (await accepted(api.url, { bytes: await photo(seed) })).id,
  )
  await beginUpload(api.url, [await photo(6)])
  return ids
}

async function expectAllDone(ids: readonly string[]): Promise<void> {
  const next = await darkroom.api()
  await darkroom.worker('goes-on')
  for (const id of ids) expect(await ended(next.url, id)).toMatchObject({ status: 'completed', attempts: { made: 1 } })
  expect(await darkroom.tasks.countDocuments()).toBe(ids.length)
}

test('an API whose shutdown hangs ends immediately on a second signal, and nothing accepted is lost', async () => {
  const ids = await apiWithHangingUpload(ENDLESS)
  expect(await tellTwice(api)).toEqual({ code: 1, signal: null })
  expect(said('forced shutdown')).toHaveLength(1)
  await expectAllDone(ids)
})

test('an upload that never ends uses up its shutdown timeout, and the other steps of the API follow in order', async () => {
  const ids = await apiWithHangingUpload({ SHUTDOWN_TIMEOUT_MS: '300' })
  expect(await api.stop()).toEqual({ code: 1, signal: null })
  expect(said('stopped')).toMatchObject([{ troubled: ['http'] }])
  expect(phasesLeft()).toEqual([
    'sockets',
    'http',
    'dispatch',
    'sweeper',
    'webhooks',
    'events',
    'maintenance',
    'queue',
    'redis',
    'storage',
    'mongo',
    'traces',
  ])
  await expectAllDone(ids)
})

test('the delay is at most half of the shutdown timeout, and an upload that never ends uses up the rest', async () => {
  const ids = await apiWithHangingUpload({ SHUTDOWN_TIMEOUT_MS: '2000', SHUTDOWN_DELAY_MS: '3600000' })
  expect(await api.stop()).toEqual({ code: 1, signal: null })
  expect(said('no longer ready; still serving requests')).toMatchObject([{ delayMs: 1000 }])
  expect(said('stopped')).toMatchObject([{ troubled: ['http'] }])
  expect(phasesLeft().slice(0, 3)).toEqual(['delay', 'sockets', 'http'])
  await expectAllDone(ids)
})

test('Ctrl-C does not wait for load balancers', async () => {
  api = await darkroom.api({ onLine, env: { SHUTDOWN_DELAY_MS: '3600000', ...ENDLESS } })
  api.kill('SIGINT')
  expect(await api.exited).toEqual({ code: 0, signal: null })
  expect(said('no longer ready; still serving requests')).toEqual([])
})

/** A worker whose child is frozen in the middle of its job. */
async function workerWithHangingJob(
  env: NodeJS.ProcessEnv = {},
): Promise<{ worker: AppProcess; child: number; id: string }> {
  api = await darkroom.api()
  const worker = await darkroom.worker('hangs', { onLine, env })
  const [child] = childrenOf(worker.pid)
  if (child === undefined) throw new Error('The worker has no child')
  process.kill(child, 'SIGSTOP')
  const { id } = await accepted(api.url, { bytes: await photo(1) })
  await events.event(id, 'task.processing')
  return { worker, child, id }
}

async function expectTakenOver(id: string): Promise<void> {
  await darkroom.worker('goes-on')
  expect(await events.event(id, 'task.completed')).toMatchObject({ workerId: 'goes-on', attempt: 2, attempts: 1 })
  expect(events.typesOf(id)).not.toContain('task.retry')
}

test.skipIf(!isLinux)(
  'a worker whose shutdown hangs ends immediately on a second signal; its job is processed elsewhere',
  async () => {
    const { worker, child, id } = await workerWithHangingJob(ENDLESS)
    expect(await tellTwice(worker)).toEqual({ code: 1, signal: null })
    expect(said('forced shutdown')).toHaveLength(1)
    process.kill(child, 'SIGCONT') // it is an orphan, and finds out now
    await until(() => !isAlive(child), { what: 'the end of the child' })
    await expectTakenOver(id)
  },
)

test.skipIf(!isLinux)(
  'a job that never ends uses up its shutdown timeout, and the other steps of the worker follow in order',
  async () => {
    const { worker, child, id } = await workerWithHangingJob({ SHUTDOWN_TIMEOUT_MS: '300' })
    expect(await worker.stop()).toEqual({ code: 1, signal: null })
    expect(said('stopped')).toMatchObject([{ troubled: ['finish running jobs'] }])
    expect(phasesLeft()).toEqual([
      'stop watching',
      'finish running jobs',
      'leave the queue',
      'end children',
      'remove scratch files',
      'storage',
      'disconnect',
      'metrics',
      'traces',
    ])
    expect(isAlive(child)).toBe(false)
    await expectTakenOver(id)
  },
)
