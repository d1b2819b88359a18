import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createLogger, type Logger } from '@darkroom/runtime'
import { recordLog, until } from '@darkroom/testing'
import { expect, onTestFinished, test } from 'vitest'
import { createRig, isAlive } from '../test/rig.ts'

test('a child that dies costs its job a run, but no attempt', async () => {
  const rig = await createRig()
  const worker = await rig.startWorker({ concurrency: 2 })
  // One child is started in advance, the other by a second job.
  expect(worker.pool.pids).toHaveLength(1)
  const both = await Promise.all([1, 2].map(() => rig.submit({ imageName: 'waits' })))
  for (const { taskId } of both) await rig.event(taskId, 'task.processing')
  await rig.release()
  for (const { taskId } of both) await rig.event(taskId, 'task.completed')
  const before = worker.pool.pids
  expect(before).toHaveLength(2)
  const bad = await rig.submit({ imageName: 'dies-once' })
  const good = await Promise.all(Array.from({ length: 6 }, () => rig.submit()))
  const completed = await rig.event(bad.taskId, 'task.completed')
  expect(completed).toMatchObject({ attempt: 2, attempts: 1 })
  expect(await rig.event(bad.taskId, 'task.retry')).toMatchObject({ code: 'WORKER_CRASHED', attempts: 0 })
  for (const { taskId } of good) expect(await rig.event(taskId, 'task.completed')).toMatchObject({ attempt: 1 })
  expect(worker.pool.pids.filter((pid) => before.includes(pid))).toHaveLength(1)
})

test.each([
  ['hangs', /^DEADLINE: .*1000 ms/, { jobDeadlineMs: 1000 }],
  ['swells', /^MEMORY_LIMIT: .*limit of 314572800 bytes/, { childMaxRssBytes: 300 * 1024 ** 2 }],
  ['runs-a-hungry-program', /^MEMORY_LIMIT: /, { childMaxRssBytes: 500 * 1024 ** 2 }],
])('a job that %s fails after three attempts [S2.6]', async (imageName, reason, limits) => {
  const rig = await createRig()
  const worker = await rig.startWorker(limits)
  const { taskId } = await rig.submit({ imageName })
  const job = await rig.failed(taskId)
  expect(job.failedReason).toMatch(reason)
  expect(job.attemptsMade).toBe(3)
  expect(rig.eventsOf(taskId).flatMap((event) => (event.eventType === 'task.retry' ? event.attempts : []))).toEqual([
    1, 2,
  ])
  expect(worker.pool.busy).toBe(0)
  expect(await rig.event((await rig.submit()).taskId, 'task.completed')).toMatchObject({ attempt: 1 })
})

test('a task survives three crashes of its child without using up an attempt; the fourth fails it', async () => {
  const rig = await createRig()
  const worker = await rig.startWorker()
  const lucky = await rig.submit({ imageName: 'dies-thrice', attempts: 1 })
  expect(await rig.event(lucky.taskId, 'task.completed')).toMatchObject({ attempt: 4, attempts: 1 })
  const { taskId } = await rig.submit({ imageName: 'dies', attempts: 10 })
  const job = await rig.failed(taskId)
  expect(job.failedReason).toMatch(/^WORKER_CRASHED!: .*SIGKILL/)
  expect([job.attemptsStarted, job.attemptsMade]).toEqual([4, 1])
  for (const id of [lucky.taskId, taskId]) {
    const retries = rig.eventsOf(id).filter((event) => event.eventType === 'task.retry')
    expect(retries.map(({ attempts }) => attempts)).toEqual([0, 0, 0])
  }
  expect(worker.pool.busy).toBe(0)
  expect(await rig.event((await rig.submit()).taskId, 'task.completed')).toMatchObject({ attempt: 1 })
})

test('a child that cannot be started does not fail the task: the worker pauses until one can be started', async () => {
  const rig = await createRig()
  const { log, lines } = recordLog<Logger>()
  const worker = await rig.startWorker({}, { log })
  const execPath = process.execPath
  onTestFinished(() => void (process.execPath = execPath))
  process.execPath = '/no/such/program'
  for (const pid of worker.pool.pids) process.kill(pid, 'SIGKILL')
  await until(() => worker.pool.pids.length === 0, { what: 'the end of the child' })
  const { taskId } = await rig.submit({ attempts: 1 })
  expect(await rig.event(taskId, 'task.retry')).toMatchObject({ code: 'CHILD_NOT_STARTED', attempts: 0 })
  expect(worker.machine.trouble).toMatch(/could not start/)
  process.execPath = execPath
  expect(await rig.event(taskId, 'task.completed')).toMatchObject({ attempts: 1 })
  expect(lines.filter(({ level }) => level === 'error')).toHaveLength(1)
})

test('a worker whose children lack something takes no job, says what, and goes on once it is there', async () => {
  const rig = await createRig()
  const { log, lines } = recordLog<Logger>()
  const needed = join(rig.dataDir, 'models')
  const { taskId } = await rig.submit({ attempts: 1 })
  const worker = await rig.startWorker({ concurrency: 2 }, { log, args: [rig.dataDir, needed] })
  expect(worker.machine.trouble).toBe(`There is no ${needed}: create it`)
  expect(lines.filter(({ level }) => level === 'error')).toMatchObject([{ reason: `There is no ${needed}: create it` }])
  expect(rig.eventsOf(taskId)).toEqual([])
  await writeFile(needed, '')
  expect(await rig.event(taskId, 'task.completed')).toMatchObject({ attempt: 1, attempts: 1 })
  const others = await Promise.all(Array.from({ length: 4 }, () => rig.submit({ attempts: 1 })))
  for (const other of others) expect(await rig.event(other.taskId, 'task.completed')).toMatchObject({ attempt: 1 })
})

test('a run whose lock is lost is aborted', async () => {
  const rig = await createRig()
  const worker = await rig.startWorker()
  const { taskId } = await rig.submit({ imageName: 'waits' })
  await rig.event(taskId, 'task.processing')
  const [pid] = worker.pool.pids
  await rig.redis.set(`${rig.names.prefix}:${rig.names.queue}:${taskId}:lock`, 'another worker', 'PX', 2000)
  await until(() => !isAlive(pid!), { what: 'the end of the child' })
  await rig.release()
  // The lock of the other "worker" expires, and the job is reassigned.
  expect(await rig.event(taskId, 'task.completed')).toMatchObject({ attempt: 2, attempts: 1 })
})

test('a signal to the whole process group does not end a running child', async () => {
  const rig = await createRig()
  const worker = await rig.startWorker()
  const { taskId } = await rig.submit({ imageName: 'waits' })
  await rig.event(taskId, 'task.processing')
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(worker.pool.pids[0]!, signal)
  await rig.release()
  expect(await rig.event(taskId, 'task.completed')).toMatchObject({ attempt: 1 })
})

test('standard error of a child is logged', async () => {
  const rig = await createRig()
  const log = createLogger({ name: 'test', level: 'silent' })
  const lines: unknown[] = []
  log.warn = (fields: object) => void lines.push(fields)
  await rig.startWorker({}, { log })
  await rig.submit({ imageName: 'says' })
  await until(() => lines.some((fields) => JSON.stringify(fields).includes('something is wrong here')), {
    what: 'the logged line',
  })
})

test('a worker does not start if its children cannot', async () => {
  const rig = await createRig()
  await expect(rig.startWorker({}, { program: new URL('./no-such-file.ts', import.meta.url) })).rejects.toThrow(
    /could not start/,
  )
})
