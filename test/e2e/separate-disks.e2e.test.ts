import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startS3Server } from '@darkroom/local-services'
import { filesBelow, sampleJpeg, uniqueName, until } from '@darkroom/testing'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { ApiProcess } from '../../scripts/processes.ts'
import { accepted, eachOf, ended, total } from './support/client.ts'
import { createInstallation, type Installation } from './support/installation.ts'

const PHOTOS = 300
const PROCESSES = ['api-a', 'api-b', 'worker-a', 'worker-b', 'worker-c'] as const
type Name = (typeof PROCESSES)[number]

const home = await mkdtemp(join(tmpdir(), 'separate-disks-'))
const s3 = await startS3Server({ folder: join(home, 's3'), log: console.log })

/** Processes on five machines: they share Redis, MongoDB and a bucket, but no folder. */
describe.skipIf(s3 === undefined)('without a common folder', () => {
  let darkroom: Installation
  let apis: ApiProcess[]
  let photos: Buffer[]
  let ids: string[]

  const folderOf = (name: Name): string => join(home, name)
  const worker = (name: Name) => darkroom.worker(name, { env: { DATA_DIR: folderOf(name) } })

  beforeAll(async () => {
    const { url = '', accessKey = '', secretKey = '', region = '' } = s3 ?? {}
    darkroom = await createInstallation(
      { redisUrl: inject('redisUrl'), mongoUrl: inject('mongoUrl') },
      {
        STORAGE: 's3',
        S3_ENDPOINT: url,
        S3_BUCKET: uniqueName('photos'),
        S3_ACCESS_KEY: accessKey,
        S3_SECRET_KEY: secretKey,
        S3_REGION: region,
      },
    )
    const workers = Promise.all((['worker-a', 'worker-b', 'worker-c'] as const).map(worker))
    const startOne = (name: Name) => darkroom.api({ name, env: { DATA_DIR: folderOf(name) } })
    apis = await Promise.all([startOne('api-a'), startOne('api-b')])
    const [, , victim] = await workers
    photos = await eachOf(Array.from({ length: PHOTOS }), 4, (_, seed) =>
      sampleJpeg({ width: 400, height: 300, seed: seed + 1 }),
    )
    const tasks = await eachOf(photos, 8, (bytes, index) => {
      if (index === PHOTOS / 2) victim?.kill()
      return accepted(apis[index % 2]!.url, { bytes, name: `photo ${index}.jpg` })
    })
    await worker('worker-c')
    ids = tasks.map(({ id }) => id)
    const areEnded = async (): Promise<boolean> =>
      (await darkroom.tasks.countDocuments({ nextCheckAt: null })) === PHOTOS
    await until(areEnded, { what: `the end of ${PHOTOS} tasks`, timeoutMs: 180_000, intervalMs: 200 })
  }, 300_000)
  afterAll(async () => {
    await darkroom?.stop()
    await s3?.stop()
    await rm(home, { recursive: true, force: true })
  })

  test('every photo is completed, whichever processes received and processed it', async () => {
    for (const { url } of apis) expect(await total(url, 'completed')).toBe(PHOTOS)
    const workers = await darkroom.tasks.distinct('workerId')
    expect(workers.length).toBeGreaterThan(1)
  })

  test('both APIs deliver every variant, byte for byte as its worker made it', async () => {
    const wrong = await eachOf(ids, 4, async (id, index) => {
      const { url } = apis[(index + 1) % 2]!
      const { images } = await ended(url, id)
      const answers = await Promise.all(
        images.map(async (image) => {
          const bytes = Buffer.from(await (await fetch(url + image.url)).arrayBuffer())
          return createHash('md5').update(bytes).digest('hex') === image.md5 && bytes.length === image.size
        }),
      )
      return images.length === 2 && answers.every(Boolean) ? [] : [id]
    })
    expect(wrong.flat()).toEqual([])
  })

  test('nothing of the photos stays on any disk, not even after a worker was killed', async () => {
    const left = await Promise.all(PROCESSES.map((name) => filesBelow(folderOf(name))))
    expect(left.flat()).toEqual([])
  })
})
