import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { rm, writeFile } from 'node:fs/promises'
import { connect, createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { startS3Server } from '@darkroom/local-services'
import { startTcpProxy, uniqueName, until } from '@darkroom/testing'
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { collect, describeStorage } from '../test/describe-storage.ts'
import { CLOCK_SKEW_MS } from './clock-skew.ts'
import { connectBucket } from './s3-bucket.ts'
import { isBeingMoved } from './s3-moves.ts'
import { createS3Storage, type S3Options, type S3Storage } from './s3-storage.ts'

const MIB = 1024 ** 2
const DARKROOM_FOLDER = join(import.meta.dirname, '../../../.darkroom')

const server = await startS3Server({
  // Its name begins as the test run's own does, so that a killed run's gets swept, too.
  folder: join(DARKROOM_FOLDER, `test-${process.pid}-${process.hrtime.bigint()}`),
  log: (line) => console.log(line),
})
afterAll(() => server?.stop())

describe.skipIf(server === undefined)('with an S3 server', () => {
  const optionsOf = (bucket: string): S3Options => ({
    endpoint: server?.url ?? '',
    ...{ region: server?.region ?? '', accessKey: server?.accessKey ?? '', secretKey: server?.secretKey ?? '' },
    bucket,
    forcePathStyle: true,
  })
  const bare = new S3Client({
    ...{ endpoint: server?.url ?? '', region: server?.region ?? '', forcePathStyle: true },
    credentials: { accessKeyId: server?.accessKey ?? '', secretAccessKey: server?.secretKey ?? '' },
  })
  afterAll(() => bare.destroy())

  async function createBucket(): Promise<string> {
    const bucket = uniqueName('storage')
    await bare.send(new CreateBucketCommand({ Bucket: bucket }))
    return bucket
  }

  describeStorage('S3', async () => {
    const bucket = await createBucket()
    const opened: S3Storage[] = []
    const another = (): S3Storage => {
      const one = createS3Storage(optionsOf(bucket))
      opened.push(one)
      return one
    }
    return {
      storage: another(),
      another,
      close: async () => opened.forEach((one) => one.close()),
    }
  })

  let bucket = ''
  let storage: S3Storage
  beforeEach(async () => {
    bucket = await createBucket()
    storage = open({})
  })

  function open(given: Partial<S3Options>): S3Storage {
    const opened = createS3Storage({ ...optionsOf(bucket), ...given })
    onTestFinished(() => opened.close())
    return opened
  }
  const readAll = async (key: string): Promise<Buffer> => buffer((await storage.open(key)).stream)
  /** Everything in the bucket, the driver's own objects included, and unfinished uploads. */
  async function everything(): Promise<(string | undefined)[]> {
    const { Contents = [] } = await bare.send(new ListObjectsV2Command({ Bucket: bucket }))
    const { Uploads = [] } = await bare.send(new ListMultipartUploadsCommand({ Bucket: bucket }))
    return [...Contents, ...Uploads].map(({ Key }) => Key)
  }

  it('says where the files are', () => {
    expect(storage.place).toBe(`bucket ${bucket} at ${server?.url}`)
    const { endpoint: _none, ...ofAws } = optionsOf('photos')
    const aws = createS3Storage(ofAws)
    expect(aws.place).toBe('bucket photos at AWS (us-east-1)')
    aws.close()
  })

  it('one of ten processes that store the same bytes at once creates the object', async () => {
    const storages = Array.from({ length: 10 }, () => open({}))
    const results = await Promise.all(storages.map((one) => one.put('file', Buffer.from('whole'))))
    expect(results.filter(({ written }) => written)).toHaveLength(1)
  })

  it('a key that is the folder of another one is refused, if the server keeps objects as files', async ({ skip }) => {
    skip(server?.kind === 'environment', 'S3_ENDPOINT names a server that may store both')
    await storage.put('a/file', Buffer.from('x'))
    for (const key of ['a', 'a/file/below'])
      await expect(storage.put(key, Buffer.from('x'))).rejects.toMatchObject({ code: 'UNSAFE_PATH' })
  })

  it('lists more files than the server returns at a time', async () => {
    const keys = Array.from({ length: 1050 }, (_, index) => `many/${String(index).padStart(4, '0')}`)
    for (let at = 0; at < keys.length; at += 50)
      await Promise.all(keys.slice(at, at + 50).map((key) => storage.put(key, Buffer.from('x'))))
    expect((await collect(storage.list('many'))).map(({ key }) => key).toSorted()).toEqual(keys)
  })

  describe('a long stream', () => {
    const chunk = randomBytes(MIB)
    const long = (chunks: number): Readable => Readable.from(Array.from({ length: chunks }, () => chunk))

    it('is stored whole, in parts, with its checksum', async () => {
      expect(await storage.put('long', long(20))).toEqual({ bytes: 20 * MIB, written: true })
      expect((await readAll('long')).equals(Buffer.concat(Array.from({ length: 20 }, () => chunk)))).toBe(true)
      expect(await storage.put('long', long(20))).toEqual({ bytes: 20 * MIB, written: false })
      expect(await storage.put('long', long(21))).toEqual({ bytes: 21 * MIB, written: true })
      expect(await everything()).toEqual(['long'])
      const { Metadata } = await bare.send(new HeadObjectCommand({ Bucket: bucket, Key: 'long' }))
      expect(Metadata?.['sha256']).toMatch(/^[0-9a-f]{64}$/)
    })

    it('that breaks leaves nothing', async () => {
      const breaking = async function* (): AsyncGenerator<Buffer> {
        for (let sent = 0; sent < 20; sent++) yield chunk
        throw new Error('line is dead')
      }
      await expect(storage.put('long', Readable.from(breaking()))).rejects.toThrow('line is dead')
      expect(await everything()).toEqual([])
    })

    it('does not fill the memory', async () => {
      const before = process.memoryUsage().arrayBuffers
      let most = 0
      const fresh = async function* (): AsyncGenerator<Buffer> {
        for (let sent = 0; sent < 150; sent++) {
          most = Math.max(most, process.memoryUsage().arrayBuffers - before)
          yield Buffer.alloc(MIB, sent)
        }
      }
      await storage.put('long', Readable.from(fresh()))
      expect(most).toBeLessThan(100 * MIB)
    })
  })

  describe('checksums', () => {
    it('bytes that change on their way to the server are refused', async () => {
      const endpoint = await startDamagingProxy(server?.url ?? '')
      const through = open({ endpoint })
      const upload = join(DARKROOM_FOLDER, uniqueName('test-upload'))
      await writeFile(upload, 'some whole photo')
      onTestFinished(() => rm(upload))
      const failed = { code: 'STORAGE_FAILED' }
      await expect(through.put('file', Buffer.from('some whole photo'))).rejects.toMatchObject(failed)
      await expect(through.adopt(upload, 'adopted')).rejects.toMatchObject(failed)
      expect(await everything()).toEqual([])
      await through.put('file', Buffer.from('another'))
      expect((await readAll('file')).toString()).toBe('another')
    })

    it('bytes that are not those that were stored are not delivered to their end', async () => {
      const sha256 = createHash('sha256').update('others').digest('hex')
      const Body = Buffer.alloc(300_000, 'a')
      await bare.send(new PutObjectCommand({ Bucket: bucket, Key: 'damaged', Body, Metadata: { sha256 } }))
      const { stream } = await storage.open('damaged')
      let delivered = 0
      const reading = (async () => {
        for await (const part of stream) delivered += (part as Buffer).length
      })()
      await expect(reading).rejects.toMatchObject({
        code: 'STORAGE_FAILED',
        message: expect.stringMatching(/do not match their checksum/),
      })
      expect(delivered).toBeLessThan(Body.length)
      expect(await storage.put('damaged', Body)).toMatchObject({ written: true })
      expect((await readAll('damaged')).equals(Body)).toBe(true)
    })

    it('an object stored by another program is compared by its bytes', async () => {
      const put = (Key: string, Body: string) => bare.send(new PutObjectCommand({ Bucket: bucket, Key, Body }))
      await Promise.all([put('same', 'whole'), put('other', 'wrong')])
      expect(await storage.stat('same')).toEqual({ bytes: 5, modifiedAt: expect.any(Date) })
      expect((await readAll('same')).toString()).toBe('whole')
      expect(await storage.put('same', Buffer.from('whole'))).toMatchObject({ written: false })
      expect(await storage.put('other', Buffer.from('whole'))).toMatchObject({ written: true })
      expect((await readAll('other')).toString()).toBe('whole')
    })
  })

  describe('what is left by processes that died', () => {
    it("is removed: unfinished uploads and the driver's own objects", async () => {
      await storage.put('file', Buffer.from('x'))
      await bare.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: '.tmp/unfinished' }))
      for (const Key of ['.tmp/check', '.moving/mark'])
        await bare.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'x' }))
      const errors: unknown[] = []
      expect(await storage.removeLeftovers(60_000, (error) => errors.push(error))).toBe(0)
      expect(await until(() => storage.removeLeftovers(0, (error) => errors.push(error)))).toBe(3)
      expect(errors).toEqual([])
      expect(await everything()).toEqual(['file'])
    })

    it('a move of a process that died does not block the next one', async () => {
      await storage.put('file', Buffer.from('x'))
      const Key = `.moving/${createHash('sha256').update('file').digest('hex')}`
      const markAt = (ageMs: number) => {
        const modified = new Date(Date.now() - ageMs).toISOString()
        return bare.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'x', Metadata: { modified } }))
      }
      // It may be that of a move that has just begun, by a clock that is slow.
      await markAt(CLOCK_SKEW_MS + 10_000)
      const connected = connectBucket(optionsOf(bucket))
      expect(await isBeingMoved(connected, 'file')).toBe(true)
      connected.client.destroy()
      await markAt(CLOCK_SKEW_MS + 31_000)
      expect(await storage.put('file', Buffer.from('x'))).toMatchObject({ written: false })
      await storage.move('file', 'to')
      expect(await everything()).toEqual(['to'])
    })
  })

  describe('a wrong setting is named', () => {
    const calls: [string, (wrong: S3Storage) => Promise<unknown>][] = [
      ['put', (wrong) => wrong.put('file', Buffer.from('x'))],
      ['a long put', (wrong) => wrong.put('file', Readable.from([Buffer.alloc(9 * MIB)]))],
      ['open', async (wrong) => (await wrong.open('file')).stream.destroy()],
      ['stat', (wrong) => wrong.stat('file')],
      ['move', (wrong) => wrong.move('file', 'to')],
      ['remove', (wrong) => wrong.remove('file')],
      ['list', (wrong) => collect(wrong.list())],
      ['check', (wrong) => wrong.check()],
    ]
    it.each(calls)('to %s', async (_name, call) => {
      const missing = open({ bucket: uniqueName('missing') })
      await expect(call(missing)).rejects.toMatchObject({
        code: 'STORAGE_FAILED',
        message: expect.stringMatching(/The bucket does not exist: create it, or correct S3_BUCKET/),
      })
      const code = 'STORAGE_FAILED'
      await expect(call(open({ secretKey: 'wrong' }))).rejects.toMatchObject({
        code,
        message: expect.stringMatching(/S3_SECRET_KEY/),
      })
      await expect(call(open({ accessKey: 'unknown' }))).rejects.toMatchObject({
        code,
        message: expect.stringMatching(/S3_ACCESS_KEY/),
      })
      await expect(call(open({ endpoint: 'http://127.0.0.1:1' }))).rejects.toMatchObject({
        code,
        message: expect.stringMatching(/S3_ENDPOINT/),
      })
    })

    it('a list reports it once if it is to go on', async () => {
      const errors: unknown[] = []
      expect(await collect(open({ secretKey: 'wrong' }).list(undefined, (error) => errors.push(error)))).toEqual([])
      expect(errors).toMatchObject([{ code: 'STORAGE_FAILED' }])
    })
  })

  it('a missing bucket has no installation and is empty; marking it creates the bucket', async () => {
    const missing = uniqueName('missing')
    const storages = Array.from({ length: 5 }, () => open({ bucket: missing }))
    expect(await storages[0]?.readInstallation()).toBeUndefined()
    expect(await storages[0]?.isEmpty()).toBe(true)
    const ids = await Promise.all(storages.map((one) => one.markInstallation()))
    expect(new Set(ids).size).toBe(1)
    await storages[0]?.check()
  })

  it('an invalid marker is not an id, and is not overwritten', async () => {
    await bare.send(new PutObjectCommand({ Bucket: bucket, Key: '.darkroom.json', Body: 'not json' }))
    expect(await storage.readInstallation()).toBeUndefined()
    await expect(storage.markInstallation()).rejects.toThrow(/\.darkroom\.json .* remove it/)
  })

  it('a presigned URL works without a key until it expires', async () => {
    await storage.put('a/ünd b', Buffer.from('photo'))
    const response = { contentType: 'image/jpeg', disposition: 'attachment; filename="b.jpg"' }
    const downloaded = await fetch(await storage.presign('a/ünd b', { ...response, seconds: 60 }))
    expect(await downloaded.text()).toBe('photo')
    expect(Object.fromEntries(downloaded.headers)).toMatchObject({
      'content-type': 'image/jpeg',
      'content-disposition': 'attachment; filename="b.jpg"',
    })
    const url = await storage.presign('a/ünd b', { ...response, seconds: 1 })
    await until(async () => (await fetch(url)).status === 403)
    expect((await fetch(url.replace(/Signature=..../, 'Signature=0000'))).status).toBe(403)
  })

  it('a file is refused whose bytes are not what was known of it', async () => {
    const sha256 = createHash('sha256').update('another photo').digest('hex')
    for (const [stored, known] of [
      [1_000_000, 1_000_000],
      [1_000_000, 999_999],
    ] as const) {
      const upload = join(DARKROOM_FOLDER, uniqueName('test-upload'))
      await writeFile(upload, Buffer.alloc(stored))
      const adopting = storage.adopt(upload, 'known', { bytes: known, sha256 })
      await expect(adopting).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
      await expect(storage.stat('known')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    }
  })

  describe('a bad connection', () => {
    it('does not break a put or an open', async () => {
      const proxy = await startTcpProxy(server?.url ?? '')
      onTestFinished(() => proxy.stop())
      const through = open({ endpoint: proxy.url })
      await through.put('first', Buffer.from('x'))
      // The reply is lost, and with it the knowledge that the object is there.
      proxy.loseRepliesTo('PUT', 1)
      expect(await through.put('file', Buffer.from('photo'))).toMatchObject({ bytes: 5 })
      proxy.loseRepliesTo('GET', 1)
      expect((await buffer((await through.open('file')).stream)).toString()).toBe('photo')
      const upload = join(DARKROOM_FOLDER, uniqueName('test-upload'))
      await writeFile(upload, 'photo')
      proxy.loseRepliesTo('PUT', 1)
      expect(await through.adopt(upload, 'adopted')).toMatchObject({ bytes: 5 })
      expect((await readAll('adopted')).toString()).toBe('photo')
      expect(proxy.lostReplies).toBe(3)
    })

    it('leaves nothing of a check, once another has succeeded', async () => {
      const proxy = await startTcpProxy(server?.url ?? '')
      onTestFinished(() => proxy.stop())
      const through = open({ endpoint: proxy.url })
      proxy.loseRepliesTo('PUT', 100)
      await expect(through.check()).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
      proxy.loseRepliesTo('PUT', 0)
      await through.check()
      expect(await storage.removeLeftovers(-1000, (error) => expect.unreachable(String(error)))).toBe(0)
    })

    it('that is cut during a download fails the reader', async () => {
      const proxy = await startTcpProxy(server?.url ?? '')
      onTestFinished(() => proxy.stop())
      await storage.put('file', Buffer.alloc(20 * MIB))
      const { stream } = await open({ endpoint: proxy.url }).open('file')
      const reading = (async () => {
        for await (const _part of stream) await proxy.cut()
      })()
      await expect(reading).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
    })
  })

  describe('a server that is killed', () => {
    beforeEach(({ skip }) => skip(server?.kill === undefined, 'S3_ENDPOINT names a server that is not ours to kill'))

    it('between two calls: the next fails, and works again when it is back', async () => {
      await storage.put('file', Buffer.from('photo'))
      await server?.kill?.('SIGKILL')
      const unreachable = { code: 'STORAGE_FAILED', message: expect.stringMatching(/S3_ENDPOINT/) }
      await expect(storage.put('other', Buffer.from('x'))).rejects.toMatchObject(unreachable)
      await expect(storage.open('file')).rejects.toMatchObject(unreachable)
      await server?.restart?.()
      expect((await readAll('file')).toString()).toBe('photo')
      expect(await storage.put('other', Buffer.from('x'))).toMatchObject({ written: true })
    })

    it('during a long put: nothing is stored, and what is left can be removed', async () => {
      const half = Promise.withResolvers<void>()
      const body = async function* (): AsyncGenerator<Buffer> {
        for (let sent = 0; sent < 40; sent++) {
          if (sent === 30) {
            await server?.kill?.('SIGKILL')
            half.resolve()
          }
          yield Buffer.alloc(MIB, sent)
        }
      }
      await expect(storage.put('long', Readable.from(body()))).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
      await half.promise
      await server?.restart?.()
      await expect(storage.stat('long')).rejects.toMatchObject({ code: 'NOT_FOUND' })
      const errors: unknown[] = []
      await until(async () => {
        await storage.removeLeftovers(0, (error) => errors.push(error))
        return (await everything()).length === 0
      })
      expect(errors).toEqual([])
    })
  })
})

/** A proxy that changes one byte of bodies that contain `whole`. */
async function startDamagingProxy(serverUrl: string): Promise<string> {
  const { hostname, port } = new URL(serverUrl)
  const proxy = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    client.on('data', (bytes: Buffer) => {
      const at = bytes.indexOf('whole')
      if (at !== -1) bytes.writeUInt8(0, at)
      upstream.write(bytes)
    })
    upstream.pipe(client)
    for (const socket of [client, upstream]) socket.on('error', () => {}).on('close', () => client.destroy())
    client.on('close', () => upstream.destroy())
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  onTestFinished(() => void proxy.close())
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
}
