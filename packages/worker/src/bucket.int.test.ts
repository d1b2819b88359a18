import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { announceInstallation } from '@darkroom/messaging'
import type { Logger } from '@darkroom/runtime'
import { startS3Server } from '@darkroom/local-services'
import { filesBelow, recordLog, sampleJpeg, uniqueName, until } from '@darkroom/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { createRig } from '../test/rig.ts'

const folder = await mkdtemp(join(tmpdir(), 'bucket-'))
const server = await startS3Server({ folder, log: console.log })
afterAll(() => server?.stop())

/** A bucket of its own for each test. */
async function createBucketRig(bucket = uniqueName('bucket')) {
  const { url: endpoint = '', accessKey = '', secretKey = '', region = '' } = server ?? {}
  const rig = await createRig({ s3: { endpoint, region, bucket, accessKey, secretKey, forcePathStyle: true } })
  await announceInstallation(rig.redis, rig.names, await rig.storage.markInstallation())
  return rig
}

describe.skipIf(server === undefined)('files in a bucket', () => {
  test('the original is fetched, the result stored, and nothing stays on the disk of the worker', async () => {
    const rig = await createBucketRig()
    await rig.startWorker({ concurrency: 2 })
    const bytes = await sampleJpeg({ width: 640, height: 480 })
    const jobs = await Promise.all(Array.from({ length: 6 }, () => rig.submit({ bytes, attempts: 1 })))
    for (const { taskId } of jobs) {
      const { images } = await rig.event(taskId, 'task.completed')
      const stored = await buffer((await rig.storage.open(images[0]?.path ?? '')).stream)
      expect(stored.equals(bytes)).toBe(true)
    }
    await until(async () => (await filesBelow(rig.dataDir)).length === 0, { what: 'an empty disk' })
  })

  test('while the server is down no job uses up an attempt, and all are processed when it is back', async () => {
    const rig = await createBucketRig()
    const { log, lines } = recordLog<Logger>()
    const jobs = await Promise.all(Array.from({ length: 4 }, () => rig.submit({ attempts: 1 })))
    await server?.kill?.()
    await rig.startWorker({ concurrency: 2 }, { log })
    await until(() => lines.some(({ message }) => message === 'taking no jobs: the check of this machine failed'), {
      what: 'a worker that takes no jobs',
      timeoutMs: 30_000,
    })
    await server?.restart?.()
    for (const { taskId } of jobs)
      expect(await rig.event(taskId, 'task.completed')).toMatchObject({ attempt: 1, attempts: 1 })
  }, 60_000)

  test('a server that goes down during a run costs it no attempt', async () => {
    const rig = await createBucketRig()
    await rig.startWorker()
    const { taskId } = await rig.submit({ imageName: 'waits', attempts: 1 })
    await rig.event(taskId, 'task.processing')
    await server?.kill?.()
    await rig.release()
    expect(await rig.event(taskId, 'task.retry')).toMatchObject({ attempt: 1, attempts: 0, retryable: true })
    await server?.restart?.()
    expect(await rig.event(taskId, 'task.completed')).toMatchObject({ attempts: 1 })
    await until(async () => (await filesBelow(join(rig.dataDir, 'scratch'))).length === 0, { what: 'no scratch files' })
  }, 60_000)

  test('a missing original is looked for again, and costs no attempt either', async () => {
    const rig = await createBucketRig()
    const { taskId, imagePath } = await rig.submit({ attempts: 1 })
    await rig.storage.remove(imagePath)
    await rig.startWorker()
    expect(await rig.event(taskId, 'task.retry')).toMatchObject({ code: 'SOURCE_MISSING', attempts: 0 })
    await rig.storage.put(imagePath, await sampleJpeg({ width: 64, height: 48 }))
    expect(await rig.event(taskId, 'task.completed')).toMatchObject({ attempts: 1 })
  })

  test('a worker with another bucket takes no jobs and says so', async () => {
    const rig = await createBucketRig()
    const other = await createBucketRig()
    const blind = await rig.startWorker({ s3: other.s3! })
    expect(blind.machine.trouble).toMatch(/^bucket .* belongs to another installation/)
    const empty = await rig.startWorker({ workerId: 'b', s3: { ...other.s3!, bucket: uniqueName('none') } })
    expect(empty.machine.trouble).toMatch(/has no \.darkroom\.json\. Is S3_BUCKET right\?$/)
  })
})
