import { createServer } from 'node:net'
import { createLogger, runShutdown } from '@darkroom/runtime'
import { until } from '@darkroom/testing'
import { Registry } from '@prometheus-io/client'
import { expect, onTestFinished, test } from 'vitest'
import { createRig } from '../test/rig.ts'
import { createMetricsServer } from './metrics-server.ts'

const log = createLogger({ name: 'test', level: 'silent' })

async function serve(
  registry: Registry,
  troubleOf: () => string | undefined = () => undefined,
): Promise<{ url: string; port: number }> {
  const server = createMetricsServer(registry, log, troubleOf)
  const port = await server.listen(0)
  onTestFinished(async () => {
    expect(await runShutdown([server.closing()], log)).toEqual([])
  })
  return { port, url: `http://127.0.0.1:${port}` }
}

test('a worker exposes metrics [S0.17]', async () => {
  const registry = new Registry()
  const { url } = await serve(registry)
  const rig = await createRig()
  await rig.startWorker({ concurrency: 2 }, { registry })
  const good = await rig.submit()
  const bad = await rig.submit({ imageName: 'refused' })
  const { images } = await rig.event(good.taskId, 'task.completed')
  await rig.failed(bad.taskId)
  const { bytes } = await rig.storage.stat(good.imagePath)

  const text = await until(
    async () => {
      const now = await (await fetch(`${url}/metrics`)).text()
      return (
        now.includes('darkroom_job_attempts_failed_total{') && now.includes('darkroom_jobs_completed_total 1') && now
      )
    },
    { what: 'both outcomes to be counted' },
  )
  const lines = text.split('\n')
  expect(lines).toContain('darkroom_job_attempts_failed_total{code="REFUSED",will_retry="false"} 1')
  expect(lines).toContain('darkroom_job_run_seconds_count 1')
  expect(lines).toContain('darkroom_job_wait_seconds_count 1')
  expect(lines).toContain('darkroom_worker_slots 2')
  expect(lines).toContain('darkroom_worker_busy_slots 0')
  expect(lines).toContain(`darkroom_job_source_bytes_total ${bytes}`)
  expect(lines).toContain(`darkroom_job_variant_bytes_total ${images.reduce((sum, { size }) => sum + size, 0)}`)
})

test('it serves its routes and rejects others', async () => {
  const { url } = await serve(new Registry())
  const get = async (path: string, method = 'GET') => (await fetch(url + path, { method })).status
  expect(await get('/livez')).toBe(200)
  expect(await get('/metrics?a=b')).toBe(200)
  expect(await get('/')).toBe(404)
  expect(await get('/metrics', 'POST')).toBe(405)
})

test('it is ready while it takes jobs, and otherwise reports the reason', async () => {
  const machine: { trouble?: string } = {}
  const { url } = await serve(new Registry(), () => machine.trouble)
  const ready = async () => {
    const response = await fetch(`${url}/readyz`)
    return [response.status, await response.json()]
  }
  expect(await ready()).toEqual([200, { status: 'ok' }])
  machine.trouble = 'DATA_DIR is away'
  expect(await ready()).toEqual([503, { status: 'paused', reason: 'DATA_DIR is away' }])
  expect((await fetch(`${url}/livez`)).status).toBe(200)
})

test('a port in use does not stop a worker', async () => {
  const other = createServer().listen(0)
  onTestFinished(() => void other.close())
  await until(() => other.listening)
  const server = createMetricsServer(new Registry(), log, () => undefined)
  expect(await server.listen((other.address() as { port: number }).port)).toBe(0)
  expect(await runShutdown([server.closing()], log)).toEqual([])
})

test('the queue knows the number of slots of its workers', async () => {
  const rig = await createRig()
  expect(await rig.queue.load()).toMatchObject({ workers: 0, slots: 0 })
  const { stop } = await rig.startWorker({ concurrency: 3 })
  await rig.startWorker({ concurrency: 2, workerId: 'worker-b' })
  await until(async () => (await rig.queue.load()).slots === 5, { what: 'both workers to be counted' })
  expect(await rig.queue.load()).toMatchObject({ workers: 2, slots: 5 })
  await stop()
  await until(async () => (await rig.queue.load()).workers === 1, { what: 'one worker to disappear' })
  expect(await rig.queue.load()).toMatchObject({ slots: 2 })
})
