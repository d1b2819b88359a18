import { hash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { problem, type Asset } from '@darkroom/contracts'
import { createDiskStorage } from '@darkroom/storage'
import { sampleJpeg, until } from '@darkroom/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startBucketServer } from '../../test/bucket.ts'
import { openSocket, readAnswer } from '../../test/raw-http.ts'
import { startTestApi, type Answer, type TestApi } from '../../test/start-test-api.ts'
import { AssetLibrary, type ReceivedPicture } from './asset-library.ts'

const server = await startBucketServer()
const photo = await sampleJpeg({ width: 64, height: 48 })
const other = await sampleJpeg({ width: 64, height: 48, seed: 2 })
/** Part of Darkroom. */
const SHIPPED = ['city.jpg', 'coast.jpg', 'mountains.jpg']

afterAll(() => server?.stop())

const drivers: { driver: string; settings: NodeJS.ProcessEnv }[] = [
  { driver: 'on a disk', settings: {} },
  ...(server ? [{ driver: 'in a bucket', settings: server.settings() }] : []),
]

describe.each(drivers)('assets $driver', ({ settings }) => {
  let api: TestApi
  beforeAll(async () => {
    api = await startTestApi({ ...settings, UPLOAD_MAX_BYTES: '100000' })
  })
  afterAll(() => api.stop())

  const put = (name: string, bytes: Buffer): Promise<Answer> =>
    api.request(`/api/v1/assets/${name}`, { method: 'PUT', body: new Uint8Array(bytes) })
  const names = async (): Promise<string[]> =>
    ((await api.request('/api/v1/assets')).body as { items: Asset[] }).items.map(({ name }) => name)

  it('are stored, listed, replaced and deleted', async () => {
    expect((await put('b.jpg', photo)).body).toMatchObject({ name: 'b.jpg', size: photo.length, origin: 'stored' })
    await put('a.jpeg', photo)
    expect(await names()).toEqual(['a.jpeg', 'b.jpg', ...SHIPPED])
    expect((await api.stored.stat('assets/b.jpg')).bytes).toBe(photo.length)
    await put('b.jpg', other)
    const { bytes, headers } = await api.request('/api/v1/assets/b.jpg')
    expect(bytes.equals(other)).toBe(true)
    expect(headers.get('content-type')).toBe('image/jpeg')
    for (const name of ['a.jpeg', 'b.jpg'])
      expect((await api.request(`/api/v1/assets/${name}`, { method: 'DELETE' })).status).toBe(204)
    expect(await names()).toEqual(SHIPPED)
  })

  it('of an unknown name are refused with the names that there are', async () => {
    expect((await put('known.jpg', photo)).status).toBe(200)
    const { status, body } = await api.request('/api/v1/assets/unknown.jpg')
    const detail = 'There is no asset unknown.jpg; there are: city.jpg, coast.jpg, known.jpg, mountains.jpg.'
    expect([status, problem.parse(body).detail]).toEqual([404, detail])
  })

  it('are sent alone, not in a form', async () => {
    const body = new FormData()
    body.set('file', new Blob([new Uint8Array(photo)]), 'x.jpg')
    const answer = await api.request('/api/v1/assets/x.jpg', { method: 'PUT', body })
    expect([answer.status, problem.parse(answer.body).detail]).toEqual([415, expect.stringContaining('curl -T')])
  })

  it('leave nothing behind when they are refused, too large or aborted', async () => {
    expect((await put('x.jpg', Buffer.from('<html>'))).status).toBe(415)
    expect((await put('x.jpg', Buffer.alloc(100_001))).status).toBe(413)
    const chunked = await openSocket(api.port)
    chunked.write('PUT /api/v1/assets/x.jpg HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n')
    chunked.write(`${(100_001).toString(16)}\r\n${'x'.repeat(100_001)}\r\n`)
    expect((await readAnswer(chunked)).status).toBe(413)
    chunked.destroy()
    const aborted = await openSocket(api.port)
    aborted.write('PUT /api/v1/assets/x.jpg HTTP/1.1\r\nHost: test\r\nContent-Length: 9000\r\n\r\nbegin')
    await until(async () => (await api.temporaryFiles()).length === 1, { what: 'an upload that has begun' })
    aborted.destroy()
    await until(async () => (await api.temporaryFiles()).length === 0, { what: 'the end of all uploads' })
    expect(await names()).not.toContain('x.jpg')
  })
})

describe('shipped assets', () => {
  let folder: string
  let library: AssetLibrary
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assets-'))
    await writeFile(join(folder, 'shipped.jpg'), photo)
    const shipped = new Map([['shipped.jpg', join(folder, 'shipped.jpg')]])
    const storage = createDiskStorage(join(folder, 'data'))
    library = new AssetLibrary({ storage, shipped, storageFault: () => Promise.resolve(undefined) })
  })
  afterAll(() => rm(folder, { recursive: true }))

  const received = async (bytes: Buffer): Promise<ReceivedPicture> => {
    const path = join(folder, 'new')
    await writeFile(path, bytes)
    const facts = { format: 'jpeg', width: 1, height: 1, orientation: 1 } as const
    return { path, bytes: bytes.length, sha256: hash('sha256', bytes), facts: () => facts }
  }
  const bytesOf = async (name: string): Promise<Buffer> =>
    buffer((await (await library.find('default', name)).open()).stream)
  const originOf = async (): Promise<string[]> => (await library.list('default')).map(({ origin }) => origin)

  it('are listed with the stored ones, which replace them until they are deleted', async () => {
    expect(await originOf()).toEqual(['shipped'])
    expect((await bytesOf('shipped.jpg')).equals(photo)).toBe(true)
    await library.put('default', 'shipped.jpg', await received(other))
    expect(await originOf()).toEqual(['stored'])
    expect((await bytesOf('shipped.jpg')).equals(other)).toBe(true)
    await library.remove('default', 'shipped.jpg')
    expect((await bytesOf('shipped.jpg')).equals(photo)).toBe(true)
    await expect(library.remove('default', 'shipped.jpg')).rejects.toThrow('part of Darkroom')
  })

  it('do not count towards the limits of a tenant; stored ones do, by number and by bytes', async () => {
    const storage = createDiskStorage(join(folder, 'limited'))
    const limits = { assets: 2, bytes: photo.length + other.length }
    const shipped = new Map([['shipped.jpg', join(folder, 'shipped.jpg')]])
    const limited = new AssetLibrary({ storage, shipped, storageFault: () => Promise.resolve(undefined), limits })
    await limited.put('acme', 'a.jpg', await received(photo))
    const large = Buffer.concat([other, Buffer.alloc(1)])
    await expect(limited.put('acme', 'b.jpg', await received(large))).rejects.toThrow('delete one first')
    await limited.put('acme', 'b.jpg', await received(other))
    await expect(limited.put('acme', 'c.jpg', await received(other))).rejects.toThrow('There are 2 assets already')
    await limited.put('acme', 'b.jpg', await received(other))
    await limited.put('other', 'c.jpg', await received(other))
  })

  it('are those of every tenant; stored ones are not', async () => {
    await library.put('acme', 'own.jpg', await received(other))
    expect((await library.list('acme')).map(({ name }) => name)).toEqual(['own.jpg', 'shipped.jpg'])
    expect((await library.list('default')).map(({ name }) => name)).toEqual(['shipped.jpg'])
    await expect(library.find('default', 'own.jpg')).rejects.toThrow('there are: shipped.jpg')
  })
})
