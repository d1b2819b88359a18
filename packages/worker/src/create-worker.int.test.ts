import { rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventSeq, STEP } from '@darkroom/contracts'
import { connectRedis, type Logger } from '@darkroom/runtime'
import { recordLog, sampleJpeg, until, type LogLine } from '@darkroom/testing'
import { expect, test } from 'vitest'
import { createRig } from '../test/rig.ts'
import { MISSING_LOOKS } from './rule-on-failure.ts'

test('invalid job data fails on the first attempt', async () => {
  const rig = await createRig()
  await rig.startWorker()
  const { taskId } = await rig.submit({ imageName: 7 as unknown as string })
  const job = await rig.failed(taskId)
  expect(job.failedReason).toMatch(/^INVALID_JOB!: /)
  expect(job.attemptsMade).toBe(1)
})

test('a missing original is retried several times, then fails its task without another attempt', async () => {
  const rig = await createRig()
  await rig.startWorker()
  const { taskId } = await rig.submit({ imagePath: 'storage/images/none/original.jpg', attempts: 2 })
  const job = await rig.failed(taskId)
  expect(job.failedReason).toMatch(/^SOURCE_MISSING!: /)
  expect([job.attemptsStarted, job.attemptsMade]).toEqual([MISSING_LOOKS, 1])
})

test('an original that appears late is processed', async () => {
  const rig = await createRig()
  await rig.startWorker()
  const imagePath = 'storage/images/late/original.jpg'
  const { taskId } = await rig.submit({ imagePath, attempts: 1 })
  await rig.event(taskId, 'task.retry')
  await rig.storage.put(imagePath, await sampleJpeg({ width: 64, height: 48 }))
  expect(await rig.event(taskId, 'task.completed')).toMatchObject({ attempts: 1 })
})

test('problems with one file are retried without using up an attempt', async () => {
  const rig = await createRig()
  await rig.startWorker()
  const obstacle = join(rig.dataDir, 'output')
  await symlink(tmpdir(), obstacle)
  const { taskId } = await rig.submit({ attempts: 1 })
  const retry = await rig.event(taskId, 'task.retry')
  await rm(obstacle)
  expect(retry).toMatchObject({
    code: 'UNSAFE_PATH',
    retryable: true,
    attempt: 1,
    attempts: 0,
    seq: eventSeq(1, STEP.retry),
  })
  expect(retry.nextAt).toBeGreaterThan(retry.timestamp)
  const completed = await rig.event(taskId, 'task.completed')
  expect(completed.attempts).toBe(1)
  expect(completed.attempt).toBeGreaterThan(1)
})

test('the runs of a job lost by Redis still count', async () => {
  const rig = await createRig()
  await rig.startWorker()
  const { taskId } = await rig.submit({ previous: { runs: 3, attempts: 2 } })
  expect(await rig.event(taskId, 'task.completed')).toMatchObject({
    attempt: 4,
    attempts: 3,
    seq: eventSeq(4, STEP.completed),
  })
})

test('a second run finds the stored files and changes nothing', async () => {
  const rig = await createRig()
  await rig.startWorker()
  const first = await rig.event((await rig.submit()).taskId, 'task.completed')
  const second = await rig.event((await rig.submit()).taskId, 'task.completed')
  expect(second.images).toEqual(first.images)
})

test('progress that has not changed is not published again', async () => {
  const rig = await createRig()
  await rig.startWorker()
  const { taskId } = await rig.submit({ imageName: 'repeats-itself' })
  await rig.event(taskId, 'task.completed')
  const told = rig.eventsOf(taskId).flatMap((event) => (event.eventType === 'task.progress' ? event.percent : []))
  expect(told.filter((percent) => percent === 40)).toEqual([40])
})

test('logs the start, progress, end and durations of a job, or its error with the stack [S0.15, S2.7]', async () => {
  const rig = await createRig()
  const { log, lines } = recordLog<Logger>()
  const { config } = await rig.startWorker({}, { log })
  const linesOf = (of: string) => lines.filter(({ taskId }) => taskId === of)
  const { taskId: good } = await rig.submit()
  await rig.event(good, 'task.completed')
  const about = { taskId: good, jobId: good, attempt: 1 }
  expect(linesOf(good).map(({ message }) => message)).toEqual([
    'job started',
    'job progress',
    'job progress',
    'job progress',
    'image processed',
  ])
  const told = rig.eventsOf(good).flatMap((event) => (event.eventType === 'task.progress' ? event.percent : []))
  expect(told).not.toContain(0)
  for (const line of linesOf(good)) expect(line).toMatchObject(about)
  expect(linesOf(good)[1]).toMatchObject({ level: 'debug', stage: expect.any(String), percent: expect.any(Number) })
  const numbers = {
    processingTimeMs: expect.any(Number),
    waitMs: expect.any(Number),
    bytesIn: expect.any(Number),
    bytesOut: expect.any(Number),
  }
  expect(linesOf(good).at(-1)).toEqual({ level: 'info', message: 'image processed', ...about, ...numbers })

  const { taskId: bad } = await rig.submit({ imageName: 'refused' })
  await rig.failed(bad)
  const failure = await until(() => linesOf(bad).find(({ message }) => message === 'attempt failed'), {
    what: 'the line of the failure',
  })
  expect(failure).toMatchObject({
    level: 'warn',
    code: 'REFUSED',
    reason: expect.any(String),
    willRetry: false,
    attempt: 1,
  })
  const report = linesOf(bad).find(({ message }) => message === 'child reported a failure')
  expect(report?.['detail']).toMatch(/\n +at .+\.ts:\d+/)
  expect(lines.find(({ message }) => message === 'ready')).toMatchObject({
    workerId: config.workerId,
    concurrency: 1,
    queue: rig.names.queue,
  })
})

test('runs as many jobs at a time as configured, and no more [S2.4]', async () => {
  const rig = await createRig()
  await rig.startWorker({ concurrency: 3 })
  const jobs = await Promise.all(Array.from({ length: 7 }, () => rig.submit({ imageName: 'waits' })))
  const begun = () =>
    new Set(rig.events.filter(({ eventType }) => eventType === 'task.processing').map(({ taskId }) => taskId))
  await until(() => begun().size === 3, { what: 'three running jobs' })
  expect(await rig.queue.counts()).toMatchObject({ active: 3, prioritized: 4 })
  await rig.release()
  await Promise.all(jobs.map(({ taskId }) => rig.event(taskId, 'task.completed')))
  expect(begun().size).toBe(7)
})

test('a failure to publish events is logged and does not stop the work [S3.7]', async () => {
  const rig = await createRig()
  const { log, lines } = recordLog<Logger>()
  await rig.startWorker(
    {},
    {
      log,
      connect: (url, role, log) => {
        const redis = connectRedis(url, role, log)
        if (role === 'producer') redis.disconnect()
        return redis
      },
    },
  )
  const { taskId } = await rig.submit()
  await until(async () => (await rig.find(taskId)).isCompleted(), { what: 'the completed job' })
  expect(rig.events).toEqual([])
  for (const eventType of ['task.processing', 'task.completed']) {
    const isIt = (line: LogLine): boolean => line.message === 'event not published' && line['eventType'] === eventType
    expect(await until(() => lines.find(isIt), { what: 'the line of the event' })).toMatchObject({
      level: 'warn',
      taskId,
      err: expect.any(Error),
    })
  }
})
