import { mkdtemp, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventSeq, STEP } from '@darkroom/contracts'
import { announceInstallation } from '@darkroom/messaging'
import type { Logger } from '@darkroom/runtime'
import { createDiskStorage } from '@darkroom/storage'
import { recordLog, until } from '@darkroom/testing'
import { expect, onTestFinished, test } from 'vitest'
import { createRig } from '../test/rig.ts'

type Rig = Awaited<ReturnType<typeof createRig>>

async function createMarkedRig(): Promise<Rig> {
  const rig = await createRig()
  await announceInstallation(rig.redis, rig.names, await rig.storage.markInstallation())
  return rig
}

/** Another path to the data folder, which can be redirected like a mount point. */
async function createMount(target: string) {
  const folder = await mkdtemp(join(tmpdir(), 'mount-'))
  const path = join(folder, 'data')
  await symlink(target, path)
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return {
    path,
    pointTo: async (other: string): Promise<void> => {
      await symlink(other, `${path}.new`)
      await rename(`${path}.new`, path)
    },
    remove: (): Promise<void> => unlink(path),
  }
}

async function createOtherFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'other-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

const errorsOf = (lines: readonly { level: string; message: string }[]) =>
  lines.filter(({ level }) => level === 'error')

test('without the data folder no job uses up an attempt, and all are processed when it is back', async () => {
  const rig = await createMarkedRig()
  const mount = await createMount(rig.dataDir)
  const { log, lines } = recordLog<Logger>()
  await rig.startWorker({ dataDir: mount.path, concurrency: 2 }, { log })
  await mount.remove()
  const jobs = await Promise.all(Array.from({ length: 10 }, () => rig.submit({ attempts: 1 })))
  const retry = await until(() => rig.events.find((event) => event.eventType === 'task.retry'), {
    what: 'a returned job',
  })
  expect(retry).toMatchObject({
    code: 'SOURCE_MISSING',
    retryable: true,
    attempt: 1,
    attempts: 0,
    seq: eventSeq(1, STEP.retry),
  })
  await until(async () => (await rig.queue.counts()).active === 0, { what: 'a worker without jobs' })
  expect(await rig.queue.counts()).toMatchObject({ prioritized: 10, delayed: 0, failed: 0 })
  await mount.pointTo(rig.dataDir)
  for (const { taskId } of jobs) expect(await rig.event(taskId, 'task.completed')).toMatchObject({ attempts: 1 })
  expect(errorsOf(lines)).toMatchObject([{ reason: expect.stringContaining('Is it mounted?') }])
  expect(lines.filter(({ message }) => message === 'taking jobs again')).toHaveLength(1)
})

test('a worker whose jobs lack something else on this machine takes none, says what, and recovers by itself', async () => {
  const rig = await createMarkedRig()
  const { log, lines } = recordLog<Logger>()
  let missing: string | undefined
  const check = async () => {
    if (missing !== undefined) throw new Error(missing)
  }
  await rig.startWorker({}, { log, check })
  missing = 'There is no encoder: install one'
  const { taskId } = await rig.submit({ imageName: 'dies-once', attempts: 1 })
  await rig.event(taskId, 'task.retry')
  await until(() => errorsOf(lines).length > 0, { what: 'the reason' })
  expect(errorsOf(lines)).toMatchObject([{ reason: missing }])
  missing = undefined
  expect(await rig.event(taskId, 'task.completed')).toMatchObject({ attempts: 1 })
})

test("a worker with another installation's folder takes no jobs, logs this once, and recovers by itself", async () => {
  const rig = await createMarkedRig()
  const other = await createOtherFolder()
  await createDiskStorage(other).markInstallation()
  const mount = await createMount(other)
  const { log, lines } = recordLog<Logger>()
  const blind = await rig.startWorker({ workerId: 'blind', dataDir: mount.path }, { log })
  expect(blind.machine.trouble).toMatch(/belongs to another installation/)
  const { taskId } = await rig.submit({ attempts: 1 })
  const good = await rig.startWorker({ workerId: 'good' })
  expect(await rig.event(taskId, 'task.completed')).toMatchObject({ attempt: 1, workerId: 'good' })
  await good.stop()
  const { taskId: next } = await rig.submit({ attempts: 1 })
  await mount.pointTo(rig.dataDir)
  expect(await rig.event(next, 'task.completed')).toMatchObject({ attempt: 1, workerId: 'blind' })
  expect(errorsOf(lines)).toHaveLength(1)
})

test('a worker that started before its API checks again before its first job', async () => {
  const rig = await createRig()
  const other = await createOtherFolder()
  await createDiskStorage(other).markInstallation()
  const blind = await rig.startWorker({ workerId: 'blind', dataDir: other, concurrency: 2 })
  expect(blind.machine.trouble).toBeUndefined()
  await announceInstallation(rig.redis, rig.names, await rig.storage.markInstallation())
  await Promise.all([rig.submit({ attempts: 1 }), rig.submit({ attempts: 1 })])
  await until(() => rig.events.some(({ eventType }) => eventType === 'task.retry'), {
    what: 'a returned job',
  })
  await until(async () => (await rig.queue.counts()).active === 0, { what: 'a worker without jobs' })
  expect(await rig.queue.counts()).toMatchObject({ prioritized: 2, delayed: 0, failed: 0 })
  expect(blind.machine.trouble).toMatch(/belongs to another installation/)
  expect(rig.events.filter(({ eventType }) => eventType === 'task.processing')).toEqual([])
})

test('an idle worker takes a returned job immediately', async () => {
  const rig = await createMarkedRig()
  const other = await createOtherFolder()
  const mount = await createMount(rig.dataDir)
  await rig.startWorker({ workerId: 'a', dataDir: mount.path })
  const { taskId } = await rig.submit({ imageName: 'waits', attempts: 1 })
  await rig.event(taskId, 'task.processing')
  await rig.startWorker({ workerId: 'b' })
  const controlFrom = performance.now()
  await rig.event((await rig.submit()).taskId, 'task.completed')
  const controlMs = performance.now() - controlFrom
  // The folder that worker a sees now contains only the file that releases its job.
  await writeFile(join(other, 'go'), '')
  await mount.pointTo(other)
  await rig.release()
  expect(await rig.event(taskId, 'task.retry')).toMatchObject({ attempt: 1, attempts: 0, workerId: 'a' })
  const from = performance.now()
  const completed = await rig.event(taskId, 'task.completed')
  // An idle BullMQ worker that is not woken looks again after up to five seconds.
  expect(performance.now() - from).toBeLessThan(1500 + 5 * controlMs)
  expect(completed).toMatchObject({ attempt: 2, attempts: 1, workerId: 'b' })
})

test("a paused worker returns a killed worker's job to the queue", async () => {
  const rig = await createMarkedRig()
  const mount = await createMount(rig.dataDir)
  const dying = await rig.startWorker({ workerId: 'dying', lockDurationMs: 1000, shutdownTimeoutMs: 100 })
  const { taskId } = await rig.submit({ imageName: 'waits' })
  await rig.event(taskId, 'task.processing')
  await rig.startWorker({ workerId: 'paused', dataDir: mount.path, stalledIntervalMs: 100 })
  await mount.remove()
  const { taskId: next } = await rig.submit()
  await rig.event(next, 'task.retry')
  // It leaves its job in the queue, as if it had been killed.
  await dying.stop()
  await until(async () => (await rig.queue.counts()).active === 0, { what: 'a queue without active jobs' })
  expect(await rig.queue.counts()).toMatchObject({ waiting: 1, prioritized: 1, failed: 0 })
})

test('a task whose job was returned can be cancelled', async () => {
  const rig = await createMarkedRig()
  const mount = await createMount(rig.dataDir)
  await rig.startWorker({ dataDir: mount.path })
  await mount.remove()
  const { taskId } = await rig.submit()
  await rig.event(taskId, 'task.retry')
  expect(await rig.queue.remove(taskId, 1)).toBe(true)
})

test('shutdown while paused waits for the running job', async () => {
  const rig = await createMarkedRig()
  const mount = await createMount(rig.dataDir)
  const worker = await rig.startWorker({ dataDir: mount.path, concurrency: 2 })
  const running = await rig.submit({ imageName: 'waits' })
  await rig.event(running.taskId, 'task.processing')
  await mount.remove()
  const returned = await rig.submit()
  await rig.event(returned.taskId, 'task.retry')
  const stopped = worker.stop()
  await mount.pointTo(rig.dataDir)
  await rig.release()
  expect(await stopped).toEqual([])
  expect(await rig.event(running.taskId, 'task.completed')).toMatchObject({ attempt: 1 })
  expect(await (await rig.find(returned.taskId)).getState()).toBe('prioritized')
})

test('a worker that never took a job shuts down immediately', async () => {
  const rig = await createMarkedRig()
  const worker = await rig.startWorker({ dataDir: await createOtherFolder() })
  expect(worker.machine.trouble).toMatch(/it has no \.darkroom\.json/)
  expect(await worker.stop()).toEqual([])
})
