import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Task } from '@darkroom/contracts'
import { filesBelow, orientedJpeg, ORIENTED_QUARTERS, sampleJpeg } from '@darkroom/testing'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { ApiProcess } from '../../scripts/processes.ts'
import { accepted, ended, get, upload } from './support/client.ts'
import { createInstallation, type Installation } from './support/installation.ts'

let darkroom: Installation
let api: ApiProcess

beforeAll(async () => {
  darkroom = await createInstallation({ redisUrl: inject('redisUrl'), mongoUrl: inject('mongoUrl') })
  ;[api] = await Promise.all([darkroom.api(), darkroom.worker('worker-a')])
})
afterAll(() => darkroom.stop())

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')

describe('a photo through /api/v1/tasks', () => {
  test('is accepted immediately, with the URL of its task', async () => {
    const { status, headers, body } = await upload(api.url, {
      bytes: await sampleJpeg({ width: 400, height: 300 }),
      name: 'A day at the beach.jpg',
    })
    expect(status).toBe(202)
    expect(headers.get('location')).toBe(`/api/v1/tasks/${body.id}`)
    expect(body).toMatchObject({
      status: 'pending',
      name: 'A day at the beach.jpg',
      source: { format: 'jpeg', width: 400, height: 300 },
    })
    await ended(api.url, body.id)
  })

  test.each([
    { width: 1600, height: 1200, widths: [1024, 800] },
    { width: 900, height: 1600, widths: [900, 800] },
    { width: 500, height: 300, widths: [500, 500] },
  ])(
    'of $width x $height px becomes variants of $widths px width, with the same aspect ratio',
    async ({ width, height, widths }) => {
      const task = await processed({
        bytes: await sampleJpeg({ width, height, seed: width }),
        name: `photo-${width}.jpg`,
      })
      expect(task.images.map((image) => image.resolution)).toEqual(['1024', '800'])
      expect(task.images.map((image) => image.width)).toEqual(widths)
      for (const image of task.images) {
        expect(Math.abs(image.height - (image.width * height) / width)).toBeLessThanOrEqual(0.5)
        const { width: realWidth, height: realHeight, format } = await sharp(await fileOf(image.path)).metadata()
        expect([realWidth, realHeight, format]).toEqual([image.width, image.height, 'jpeg'])
      }
    },
  )

  test('has files named by the MD5 of their bytes, and downloads return those bytes [S3.9]', async () => {
    const task = await processed({ bytes: await sampleJpeg({ width: 1200, height: 900 }), name: 'Named by MD5!.jpg' })
    for (const image of task.images) {
      const file = await fileOf(image.path)
      expect(image).toMatchObject({
        md5: md5(file),
        size: file.length,
        path: `output/named-by-md5/${image.resolution}/${md5(file)}.jpg`,
      })
      const download = await fetch(`${api.url}${image.url}`)
      expect([download.status, download.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
      expect(md5(await download.bytes())).toBe(image.md5)
    }
    const largest = await fetch(`${api.url}${task.links.download}`)
    expect(md5(await largest.bytes())).toBe(task.images[0]?.md5)
  })

  test('has a thumbnail of at most 320 pixels, with the MD5 of its bytes', async () => {
    const { preview, links } = await processed({
      bytes: await sampleJpeg({ width: 1200, height: 900 }),
      name: 'small.jpg',
    })
    expect(preview).toMatchObject({ width: 320, height: 240 })
    for (const url of [preview!.url, `${links.download}?resolution=thumb`]) {
      const bytes = await (await fetch(api.url + url)).bytes()
      expect([bytes.length, md5(bytes)]).toEqual([preview?.size, preview?.md5])
      const { width, height, format } = await sharp(bytes).metadata()
      expect([width, height, format]).toEqual([320, 240, 'jpeg'])
    }
  })

  test('leaves nothing but its original, its two variants and its thumbnail [S0.7]', async () => {
    const task = await processed({ bytes: await sampleJpeg({ width: 640, height: 480, seed: 9 }), name: 'tidy.jpg' })
    expect(await filesIn('output/tidy')).toEqual(
      [...task.images, task.preview!].map(({ path }) => path.replace('output/tidy/', '')).toSorted(),
    )
    expect(await filesIn(`storage/images/${task.id}`)).toEqual(['original.jpg'])
    expect(await filesIn('uploads/temp')).toEqual([])
  })

  test('is rotated according to its EXIF, and keeps no EXIF', async () => {
    const turned = sharp(await orientedJpeg(6, { width: 1400, height: 1050 })).keepMetadata()
    const bytes = await turned
      .withExifMerge({ IFD0: { Artist: 'Somebody' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 0/1' } })
      .toBuffer()
    expect(await sharp(bytes).metadata()).toMatchObject({ orientation: 6, exif: expect.any(Buffer) })
    const task = await processed({ bytes, name: 'turned.jpg' })
    expect(task.images.map(({ width, height }) => [width, height])).toEqual([
      [1024, 768],
      [800, 600],
    ])
    for (const { path } of [...task.images, task.preview!]) await expectUprightAndBare(await fileOf(path))
  })

  test('with corrupt data fails for good on the first attempt, with the reason', async () => {
    const bytes = await sampleJpeg({ width: 900, height: 600 })
    const { id } = await accepted(api.url, { bytes: bytes.subarray(0, bytes.length / 2), name: 'half.jpg' })
    const task = await ended(api.url, id)
    expect(task).toMatchObject({
      status: 'failed',
      attempts: { made: 1 },
      error: { code: 'IMAGE_CORRUPT', retryable: false },
      images: [],
    })
    expect(await get(`${api.url}${task.links.download}`)).toMatchObject({ status: 409, body: { code: 'TASK_FAILED' } })
  })
})

describe('a photo through /api/jobs', () => {
  test('is the same task in a simpler form [S0.2, S0.4]', async () => {
    const bytes = await sampleJpeg({ width: 1500, height: 1000, seed: 5 })
    const answer = await upload(api.url, { bytes, name: 'alias.jpg', path: '/api/jobs' })
    expect(answer.status).toBe(202)
    const { jobId } = answer.body
    expect(answer.body).toEqual({
      jobId,
      statusUrl: `/api/jobs/${jobId}/status`,
      downloadUrl: `/api/jobs/${jobId}/download`,
      // Based on past runs by now; without any it would be the fixed text.
      estimatedTime: expect.stringMatching(/^\d+-\d+ seconds$/),
    })
    const task = await ended(api.url, jobId)
    const status = await get(`${api.url}/api/jobs/${jobId}/status`)
    expect(status.body).toMatchObject({
      jobId,
      status: 'completed',
      progress: { progress: 100 },
      error: null,
      finishedOn: task.finishedAt,
    })
    const download = await fetch(`${api.url}/api/jobs/${jobId}/download?resolution=800`)
    expect(md5(await download.bytes())).toBe(task.images.find(({ resolution }) => resolution === '800')?.md5)
  })
})

async function processed(photo: { bytes: Buffer; name: string }): Promise<Task> {
  const { id } = await accepted(api.url, photo)
  const task = await ended(api.url, id)
  expect(task).toMatchObject({
    status: 'completed',
    attempts: { made: 1, nextAt: null },
    error: null,
    workerId: 'worker-a',
  })
  return task
}

const fileOf = (key: string): Promise<Buffer> => readFile(join(darkroom.dataDir, key))

async function filesIn(key: string): Promise<string[]> {
  const files = await filesBelow(join(darkroom.dataDir, key))
  return files.map((file) => file.slice(join(darkroom.dataDir, key).length + 1)).toSorted()
}

async function expectUprightAndBare(file: Buffer): Promise<void> {
  const { orientation, exif, icc, xmp, iptc } = await sharp(file).metadata()
  expect([orientation, exif, icc, xmp, iptc]).toEqual([undefined, undefined, undefined, undefined, undefined])
  expect(file.includes('Exif') || file.includes('Somebody')).toBe(false)
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true })
  const colourAt = (x: number, y: number): number[] => {
    const at = (Math.round(y * info.height) * info.width + Math.round(x * info.width)) * info.channels
    return [...data.subarray(at, at + 3)].map((value) => (value > 127 ? 255 : 0))
  }
  const { topLeft, topRight, bottomLeft, bottomRight } = ORIENTED_QUARTERS
  expect([colourAt(0.25, 0.25), colourAt(0.75, 0.25), colourAt(0.25, 0.75), colourAt(0.75, 0.75)]).toEqual([
    topLeft,
    topRight,
    bottomLeft,
    bottomRight,
  ])
}
