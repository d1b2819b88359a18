import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { eventSeq, taskCompleted, STEP, type ImageJob } from '@darkroom/contracts'
import { makeVariants } from '@darkroom/images'
import { inspectImage } from '@darkroom/images/inspect-image'
import { corruptJpeg } from '@darkroom/testing'
import { createRig } from '@darkroom/worker/testing'
import { expect, test } from 'vitest'

/** The app's own children, as in main.ts. */
const imageApp = (maxPixels = 50_000_000) => ({
  program: new URL('./child.ts', import.meta.url),
  args: [String(maxPixels)],
})

test('a photo becomes two files, and the events match them [S0.11, S3.5]', async () => {
  const rig = await createRig()
  const { config } = await rig.startWorker({}, imageApp())
  const { taskId } = await rig.submit({ imageName: 'beach' })
  const completed = await rig.event(taskId, 'task.completed')

  expect(completed).toMatchObject({
    attempt: 1,
    attempts: 1,
    epoch: 1,
    seq: eventSeq(1, STEP.completed),
    workerId: config.workerId,
  })
  expect(completed.images.map(({ resolution, width, height }) => [resolution, width, height])).toEqual([
    ['1024', 1024, 768],
    ['800', 800, 600],
  ])
  for (const image of completed.images) {
    const bytes = await readFile(rig.disk.resolve(image.path))
    expect(image.path).toBe(`output/beach/${image.resolution}/${image.md5}.jpg`)
    expect(image).toMatchObject({
      size: bytes.length,
      md5: createHash('md5').update(bytes).digest('hex'),
      format: 'jpeg',
    })
    expect(await inspectImage(rig.disk.resolve(image.path))).toMatchObject({
      format: 'jpeg',
      width: image.width,
      height: image.height,
    })
  }
  const told = rig.eventsOf(taskId)
  expect(told[0]).toMatchObject({ eventType: 'task.processing', attempts: 0, workerId: config.workerId })
  expect(told.filter(({ eventType }) => eventType === 'task.progress').length).toBeGreaterThan(0)
  expect(told.map(({ seq }) => seq)).toEqual(told.map(({ seq }) => seq).toSorted((a, b) => a - b))
  expect(new Set(told.map(({ seq }) => seq)).size).toBe(told.length)
  expect(completed.processingTime).toBe(completed.timestamp - completed.startedAt)
  expect(rig.invalid).toEqual([])

  const job = await rig.find(taskId)
  expect(taskCompleted.parse(job.returnvalue)).toEqual(completed)
  expect(job.attemptsMade).toBe(1)
})

test.each<[string, Partial<ImageJob> & { bytes?: Buffer }, RegExp]>([
  ['a damaged image', { bytes: await corruptJpeg() }, /^IMAGE_CORRUPT!: /],
  ['a file that is not an image', { bytes: Buffer.from('hello') }, /^IMAGE_UNSUPPORTED!: /],
  ['a path that is not a storage key', { imagePath: '../../etc/passwd' }, /^INVALID_JOB!: /],
])('%s fails on the first attempt', async (_what, given, reason) => {
  const rig = await createRig()
  await rig.startWorker({}, imageApp())
  const { taskId } = await rig.submit(given)
  const job = await rig.failed(taskId)
  expect(job.failedReason).toMatch(reason)
  expect(job.failedReason).not.toContain(rig.dataDir)
  expect(job.attemptsMade).toBe(1)
  expect(rig.eventsOf(taskId).map(({ eventType }) => eventType)).not.toContain('task.retry')
})

test('the pixel limit of the installation applies', async () => {
  const rig = await createRig()
  await rig.startWorker({}, imageApp(1_000_000))
  expect((await rig.failed((await rig.submit()).taskId)).failedReason).toMatch(
    /^IMAGE_TOO_LARGE!: .*1,000,000 are allowed/,
  )
})

test('variants have the documented quality', async () => {
  const rig = await createRig()
  await rig.startWorker({}, imageApp())
  const { taskId, imagePath } = await rig.submit()
  const { variants } = await makeVariants(rig.disk.resolve(imagePath), { widths: [1024, 800], quality: 85 })
  const { images } = await rig.event(taskId, 'task.completed')
  expect(images.map(({ md5 }) => md5)).toEqual(variants.map(({ md5 }) => md5))
})
