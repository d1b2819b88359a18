import { createHash } from 'node:crypto'
import { readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventSeq, imageJobResult, STEP, type ImageJob } from '@darkroom/contracts'
import { inspectImage } from '@darkroom/images'
import { connectRedis } from '@darkroom/runtime'
import { corruptJpeg, until } from '@darkroom/testing'
import { expect, test } from 'vitest'
import { createRig } from '../test/rig.ts'

test('a photo becomes two files, and the events tell the truth about them', async () => {
  const rig = await createRig()
  const { config } = await rig.startWorker({}, { program: new URL('./child.ts', import.meta.url) })
  const { taskId } = await rig.submit({ imageName: 'beach' })
  const completed = await rig.event(taskId, 'task.completed')

  expect(completed).toMatchObject({ attempt: 1, attempts: 1, epoch: 1, seq: eventSeq(1, STEP.completed), workerId: config.workerId })
  expect(completed.images.map(({ resolution, width, height }) => [resolution, width, height])).toEqual([
    ['1024', 1024, 768],
    ['800', 800, 600],
  ])
  for (const image of completed.images) {
    const bytes = await readFile(rig.storage.resolve(image.path))
    expect(image.path).toBe(`output/beach/${image.resolution}/${image.md5}.jpg`)
    expect(image).toMatchObject({ size: bytes.length, md5: createHash('md5').update(bytes).digest('hex'), format: 'jpeg' })
    expect(await inspectImage(rig.storage.resolve(image.path))).toMatchObject({ format: 'jpeg', width: image.width, height: image.height })
  }
  const told = rig.eventsOf(taskId)
  expect(told[0]).toMatchObject({ eventType: 'task.processing', attempts: 0, workerId: config.workerId })
  expect(told.filter(({ eventType }) => eventType === 'task.progress').length).toBeGreaterThan(0)
  expect(told.map(({ seq }) => seq)).toEqual(told.map(({ seq }) => seq).toSorted((a, b) => a - b))
  expect(new Set(told.map(({ seq }) => seq)).size).toBe(told.length)
  expect(completed.processingTime).toBe(completed.timestamp - completed.startedAt)
  expect(rig.invalid).toEqual([])

  const job = await rig.find(taskId)
  expect(imageJobResult.parse(job.returnvalue)).toEqual(completed)
  expect(job.attemptsMade).toBe(1)
})

test.each<[string, Partial<ImageJob> & { bytes?: Buffer }, RegExp]>([
  ['a damaged image', { bytes: await corruptJpeg() }, /^IMAGE_CORRUPT!: /],
  ['something else than an image', { bytes: Buffer.from('hello') }, /^IMAGE_UNSUPPORTED!: /],
  ['a path that is no key', { imagePath: '../../etc/passwd' }, /^INVALID_JOB!: /],
  ['data of another shape', { imageName: 7 as unknown as string }, /^INVALID_JOB!: /],
])('%s fails at the first attempt', async (_what, given, reason) => {
  const rig = await createRig()
  await rig.startWorker()
  const { taskId } = await rig.submit(given)
  const job = await rig.failed(taskId)
  expect(job.failedReason).toMatch(reason)
  expect(job.failedReason).not.toContain(rig.dataDir)
  expect(job.attemptsMade).toBe(1)
  expect(rig.eventsOf(taskId).map(({ eventType }) => eventType)).not.toContain('task.retry')
})

test('an original that is not there is tried again: the data folder may not be mounted yet', async () => {
  const rig = await createRig()
  await rig.startWorker()
  const { taskId } = await rig.submit({ imagePath: 'storage/images/none/original.jpg', attempts: 2 })
  const job = await rig.failed(taskId)
  expect(job.failedReason).toMatch(/^SOURCE_MISSING: /)
  expect(job.attemptsMade).toBe(2)
})

test('trouble of the storage is retried, and the numbers of the attempts are true', async () => {
  const rig = await createRig()
  await rig.startWorker()
  const obstacle = join(rig.dataDir, 'output')
  await symlink(tmpdir(), obstacle)
  const { taskId } = await rig.submit({ attempts: 10 })
  const retry = await rig.event(taskId, 'task.retry')
  await rm(obstacle)
  expect(retry).toMatchObject({ code: 'UNSAFE_PATH', retryable: true, attempt: 1, attempts: 1, seq: eventSeq(1, STEP.retry) })
  expect(retry.nextAt).toBeGreaterThan(retry.timestamp)
  const completed = await rig.event(taskId, 'task.completed')
  expect(completed.attempts).toBe(completed.attempt)
  expect(completed.attempt).toBeGreaterThan(1)
})

test('runs of a job that Redis lost are counted on', async () => {
  const rig = await createRig()
  await rig.startWorker()
  const { taskId } = await rig.submit({ previous: { runs: 3, attempts: 2 } })
  expect(await rig.event(taskId, 'task.completed')).toMatchObject({ attempt: 4, attempts: 3, seq: eventSeq(4, STEP.completed) })
})

test('a second run finds its files and changes nothing', async () => {
  const rig = await createRig()
  await rig.startWorker()
  const first = await rig.event((await rig.submit()).taskId, 'task.completed')
  const second = await rig.event((await rig.submit()).taskId, 'task.completed')
  expect(second.images).toEqual(first.images)
})

test('events that cannot be published do not stop the work', async () => {
  const rig = await createRig()
  await rig.startWorker(
    {},
    {
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
})
