import { randomBytes } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import { problem, task as taskSchema } from '@darkroom/contracts'
import { orientedJpeg, sampleJpeg, samplePng, until } from '@darkroom/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fieldPart, filePart, multipart, partHead } from '../../test/multipart.ts'
import { openSocket } from '../../test/raw-http.ts'
import { startTestApi, type TestApi } from '../../test/start-test-api.ts'

const LIMIT = 50 * 1024 * 1024
let api: TestApi
let photo: Buffer

beforeAll(async () => {
  api = await startTestApi()
  photo = await sampleJpeg({ width: 640, height: 480 })
})
afterAll(() => api.stop())

const nothingTemporary = () =>
  until(async () => (await api.temporaryFiles()).length === 0, { what: 'no temporary file' })

describe('the size of a file', () => {
  const padded = (bytes: number): Buffer => Buffer.concat([photo, Buffer.alloc(bytes - photo.length)])

  it('may be exactly 50 MiB [S0.6]', async () => {
    const { status, body } = await api.upload(padded(LIMIT))
    expect(status).toBe(202)
    const { source, originalPath } = taskSchema.parse(body)
    expect(source.bytes).toBe(LIMIT)
    expect((await stat(join(api.dataDir, originalPath))).size).toBe(LIMIT)
  })

  it('may not be one byte more [S0.6]', async () => {
    const { status, body } = await api.upload(padded(LIMIT + 1))
    expect([status, problem.parse(body).code]).toEqual([413, 'FILE_TOO_LARGE'])
    await nothingTemporary()
  })

  it('may not be more in chunks of undeclared size, either', async () => {
    const { contentType, body } = multipart([filePart(padded(LIMIT + 1))])
    const stream = new Blob([body]).stream()
    const answer = await api.request('/api/v1/tasks', {
      method: 'POST',
      headers: { 'content-type': contentType },
      body: stream,
      duplex: 'half',
    } as RequestInit)
    expect([answer.status, problem.parse(answer.body).code]).toEqual([413, 'FILE_TOO_LARGE'])
    await nothingTemporary()
  })

  it('is a setting', async () => {
    const small = await startTestApi({ UPLOAD_MAX_BYTES: String(photo.length), UPLOAD_MAX_FIELD_BYTES: '10' })
    expect((await small.upload(photo)).status).toBe(202)
    expect((await small.upload(Buffer.concat([photo, Buffer.alloc(1)]))).status).toBe(413)
    const { status, body } = await small.upload(photo, [fieldPart('metadata', '{"a":"1234567890"}')])
    expect([status, problem.parse(body).errors?.[0]?.pointer]).toEqual([422, '/metadata'])
    await small.stop()
  })
})

describe('the size of a picture', () => {
  /** A PNG that declares a size in its header; only the worker would notice the missing pixels. */
  async function declared(width: number, height: number): Promise<Buffer> {
    const bytes = await samplePng({ width: 16, height: 16 })
    bytes.writeUInt32BE(width, 16)
    bytes.writeUInt32BE(height, 20)
    bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29)
    return bytes
  }

  it.each([
    [10_000, 5000],
    [65_535, 762],
    [1, 65_500],
  ])('may be %i x %i', async (width, height) => {
    const { status, body } = await api.upload(await declared(width, height))
    expect([status, taskSchema.parse(body).source]).toMatchObject([202, { width, height }])
  })

  it('is the displayed one, and its orientation is returned', async () => {
    const { body } = await api.upload(await orientedJpeg(6, { width: 320, height: 200 }))
    expect(taskSchema.parse(body).source).toMatchObject({ width: 320, height: 200, orientation: 6 })
  })

  it.each([
    [10_000, 5001],
    [65_536, 1],
    [1, 65_501],
    [20_000, 20_000],
  ])('may not be %i x %i, and the response contains the measured size', async (width, height) => {
    const { status, body } = await api.upload(await declared(width, height))
    const { code, detail } = problem.parse(body)
    expect([status, code]).toEqual([422, 'IMAGE_TOO_LARGE'])
    for (const measured of [width, height])
      expect(detail.replaceAll(/\D+/g, ' ').split(' ')).toContain(String(measured))
    await nothingTemporary()
  })

  it('is a setting', async () => {
    const small = await startTestApi({ IMAGE_MAX_PIXELS: String(640 * 480) })
    expect((await small.upload(photo)).status).toBe(202)
    expect((await small.upload(await declared(640, 481))).status).toBe(422)
    await small.stop()
  })
})

describe('an aborted upload', () => {
  const begin = async (body: Buffer | string) => {
    const socket = await openSocket(api.port)
    socket.write(
      'POST /api/v1/tasks HTTP/1.1\r\nHost: test\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000000\r\n\r\n',
    )
    socket.write(body)
    return socket
  }

  it('is in uploads/temp, named by its field, the time, a random number and its extension [S0.5]', async () => {
    const before = Date.now()
    const socket = await begin(`${partHead(filePart(photo, 'Beach.JPG', 'image'), 'x')}half a photo`)
    const [file = ''] = await until(async () => {
      const files = await api.temporaryFiles()
      return files.length === 1 && files
    })
    const [, time, random] =
      /^uploads\/temp\/[0-9a-f-]{36}\/image-(\d{13})-(\d{1,9})\.jpg$/.exec(relative(api.dataDir, file)) ?? []
    expect(Number(time)).toBeGreaterThanOrEqual(before)
    expect(Number(time)).toBeLessThanOrEqual(Date.now())
    expect(Number(random)).toBeLessThan(1e9)
    socket.destroy()
    await nothingTemporary()
  })

  it('leaves nothing once its client has disconnected', async () => {
    const socket = await begin(`${partHead(filePart(photo), 'x')}half a photo`)
    await until(async () => (await api.temporaryFiles()).length === 1, { what: 'an upload that has begun' })
    socket.destroy()
    await nothingTemporary()
  })

  it('leaves nothing at any moment, a hundred times', async () => {
    const whole = multipart([fieldPart('name', 'x'), filePart(randomBytes(20_000)), fieldPart('priority', 'batch')])
    const form = Buffer.from(whole.body.toString('latin1').replaceAll(whole.boundary, 'x'), 'latin1')
    const aborted = Array.from({ length: 100 }, async (_, index) => {
      const socket = await begin(form.subarray(0, Math.ceil((form.length * (index + 1)) / 101)))
      for (let wait = 0; wait < index % 7; wait++) await turn()
      if (index % 2) socket.destroy()
      else socket.resetAndDestroy()
    })
    await Promise.all(aborted)
    const { status } = await api.upload(photo)
    expect(status).toBe(202)
    await nothingTemporary()
  })

  it('leaves nothing in the storage either', async () => {
    const before = await api.filesIn('storage')
    const socket = await begin(`${partHead(filePart(photo), 'x')}half a photo`)
    await until(async () => (await api.temporaryFiles()).length === 1)
    socket.end()
    await nothingTemporary()
    expect(await api.filesIn('storage')).toEqual(before)
    socket.destroy()
  })
})

it('concurrent uploads are each stored unchanged', async () => {
  const photos = await Promise.all(
    Array.from({ length: 20 }, (_, seed) => sampleJpeg({ width: 200, height: 100, seed })),
  )
  const answers = await Promise.all(photos.map((bytes) => api.upload(bytes)))
  for (const [index, answer] of answers.entries()) {
    expect(answer.status).toBe(202)
    const { originalPath } = taskSchema.parse(answer.body)
    expect((await readFile(join(api.dataDir, originalPath))).equals(photos[index]!)).toBe(true)
  }
  await nothingTemporary()
})

it('the data folders are private to this user', async () => {
  for (const folder of ['uploads/temp', 'storage', 'storage/images']) {
    const { mode } = await stat(join(api.dataDir, folder))
    expect([folder, (mode & 0o077).toString(8)]).toEqual([folder, '0'])
  }
})
