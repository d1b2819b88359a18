import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import type { DirectUpload, StagedUpload, Task } from '@darkroom/contracts'
import { sampleJpeg, until } from '@darkroom/testing'
import { Upload } from 'tus-js-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startBucketServer } from '../../../test/bucket.ts'
import { startTestApi, type Answer, type TestApi } from '../../../test/start-test-api.ts'

const bucket = await startBucketServer()
afterAll(() => bucket?.stop())

const UPLOADS = '/api/v1/uploads'
const OCTETS = 'application/offset+octet-stream'
const tus = { 'tus-resumable': '1.0.0' }
const photo = await sampleJpeg({ width: 900, height: 700 })
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
const base64 = (text: string): string => Buffer.from(text).toString('base64')

const places: [string, () => NodeJS.ProcessEnv | undefined][] = [
  ['on a disk', () => ({})],
  ['in a bucket', () => bucket?.settings()],
]

describe.each(places.flatMap(([where, settings]) => (settings() ? [[where, settings] as const] : [])))(
  'uploads in several requests, stored %s',
  (where, settings) => {
    let api: TestApi
    beforeAll(async () => {
      api = await startTestApi({ ...settings(), JANITOR_INTERVAL_MS: '1000', UPLOADS_OPEN_MAX: '50' })
    })
    afterAll(() => api.stop())

    const send = (method: string, path: string, headers: Record<string, string> = {}, body?: Buffer): Promise<Answer> =>
      api.request(path, { method, headers: { ...tus, ...headers }, ...(body && { body: new Uint8Array(body) }) })
    const create = (bytes: number, metadata: Record<string, string> = {}, headers = {}): Promise<Answer> =>
      send('POST', UPLOADS, {
        'upload-length': String(bytes),
        'upload-metadata': Object.entries({ filename: 'beach.jpg', ...metadata })
          .map(([key, value]) => `${key} ${base64(value)}`)
          .join(),
        ...headers,
      })
    const created = async (...given: Parameters<typeof create>): Promise<string> => {
      const answer = await create(...given)
      expect([answer.status, answer.text]).toEqual([201, ''])
      return answer.headers.get('location') ?? ''
    }
    const patch = (path: string, offset: number, body: Buffer): Promise<Answer> =>
      send('PATCH', path, { 'content-type': OCTETS, 'upload-offset': String(offset) }, body)
    const offsetOf = async (path: string): Promise<number> => {
      const { status, headers } = await send('HEAD', path)
      return status === 200 ? Number(headers.get('upload-offset')) : -status
    }
    const taskAt = async (path: string | null): Promise<Task> => (await api.request(path ?? '')).body as Task
    const tasks = () => api.database.collection('tasks').countDocuments()
    const stagedFiles = async (path: string): Promise<number> => {
      let files = 0
      for await (const { key } of api.stored.list('uploads/staged')) if (key.includes(path.slice(-32))) files++
      return files
    }
    const originalOf = async ({ originalPath }: Task): Promise<Buffer> => {
      const chunks: Buffer[] = []
      for await (const chunk of (await api.stored.open(originalPath)).stream) chunks.push(chunk as Buffer)
      return Buffer.concat(chunks)
    }

    it('a tus client sends a photo in chunks: one task with its bytes and fields', async () => {
      const before = await tasks()
      const metadata = { filename: 'beach.jpg', filetype: 'image/jpeg', priority: 'normal', metadata: '{"a":1}' }
      const options = { endpoint: api.url + UPLOADS, chunkSize: Math.ceil(photo.length / 4), metadata }
      const url = await new Promise<string>((resolve, reject) => {
        const upload: Upload = new Upload(photo, {
          ...options,
          onError: reject,
          onSuccess: () => resolve(upload.url ?? ''),
        })
        upload.start()
      })
      const { taskId, receivedBytes, links } = (await api.request(new URL(url).pathname)).body as StagedUpload
      expect([receivedBytes, links.task]).toEqual([photo.length, `/api/v1/tasks/${taskId}`])
      const task = await taskAt(links.task)
      expect(task).toMatchObject({ name: 'beach.jpg', priority: 'normal', metadata: { a: 1 } })
      expect(task.source).toMatchObject({ bytes: photo.length, sha256: sha256(photo) })
      expect((await originalOf(task)).equals(photo)).toBe(true)
      expect([(await tasks()) - before, await stagedFiles(url), await api.temporaryFiles()]).toEqual([1, 0, []])
    })

    it('an upload whose connection breaks continues where its last byte was stored', async () => {
      const path = await created(photo.length)
      const part = photo.subarray(0, photo.length / 2)
      const socket = connect(api.port, '127.0.0.1')
      const head = [`PATCH ${path} HTTP/1.1`, `Host: 127.0.0.1:${api.port}`, 'Tus-Resumable: 1.0.0', 'Upload-Offset: 0']
      socket.write([...head, `Content-Type: ${OCTETS}`, `Content-Length: ${photo.length}`, '', ''].join('\r\n'))
      socket.write(part)
      await until(async () => (await api.redis.keys('*upload:*')).some((key) => key.endsWith(path.slice(-32))), {
        what: 'the lock of the upload',
      })
      // The next request takes over, even if nobody has noticed the end of the first one.
      const offset = await offsetOf(path)
      socket.destroy()
      expect(offset).toBe(part.length)
      const last = await patch(path, offset, photo.subarray(offset))
      expect([last.status, last.headers.get('upload-offset')]).toEqual([204, String(photo.length)])
      expect((await originalOf(await taskAt(last.headers.get('location')))).equals(photo)).toBe(true)
    })

    it('a complete upload without a task becomes one, and only one, when clients come back', async () => {
      const before = await tasks()
      const path = await created(photo.length)
      // As if the process had died between the last byte and the task.
      await api.stored.put(`uploads/staged/default/${path.slice(-32)}/000000000000000`, photo)
      const answers = await Promise.all([
        send('HEAD', path),
        api.request(`${path}/complete`, { method: 'POST' }),
        send('HEAD', path),
        api.request(`${path}/complete`, { method: 'POST' }),
      ])
      expect(answers.map(({ status }) => status)).toEqual([200, 202, 200, 202])
      expect(new Set(answers.map(({ headers }) => headers.get('location'))).size).toBe(1)
      expect(answers[0]?.headers.get('upload-offset')).toBe(String(photo.length))
      expect((await tasks()) - before).toBe(1)
      expect(await stagedFiles(path)).toBe(0)

      // As if it had died between the task and the note of it.
      await api.stored.put(`uploads/staged/default/${path.slice(-32)}/000000000000000`, photo)
      await api.database
        .collection<{ _id: string }>('uploads')
        .updateOne({ _id: path.slice(-32) }, { $set: { taskId: null } })
      expect((await send('HEAD', path)).headers.get('location')).toBe(answers[0]?.headers.get('location'))
      expect((await tasks()) - before).toBe(1)
    })

    it('with an Idempotency-Key, a second upload of the same file is the same task', async () => {
      const before = await tasks()
      const headers = { 'idempotency-key': `key-${where.replaceAll(' ', '-')}` }
      const send = async (bytes: Buffer) => patch(await created(bytes.length, {}, headers), 0, bytes)
      const [first, second] = [await send(photo), await send(photo)]
      expect(second.headers.get('location')).toBe(first.headers.get('location'))
      expect((await tasks()) - before).toBe(1)
      const other = await sampleJpeg({ width: 32, height: 24 })
      expect((await send(other)).body).toMatchObject({ status: 422, code: 'IDEMPOTENCY_KEY_REUSED' })
    })

    it.each<[string, Buffer, Record<string, string>, string]>([
      ['a file that is no image', Buffer.from('I am no image'), {}, 'IMAGE_UNSUPPORTED'],
      ['bytes with another checksum', photo, { sha256: '0'.repeat(64) }, 'CHECKSUM_MISMATCH'],
    ])('%s is refused when it is complete, and nothing is left', async (_what, bytes, metadata, code) => {
      const before = await tasks()
      const path = await created(bytes.length, metadata)
      expect((await patch(path, 0, bytes)).body).toMatchObject({ code })
      expect([await offsetOf(path), await stagedFiles(path), (await tasks()) - before]).toEqual([-404, 0, 0])
    })

    it('refuses what cannot continue, or never become a task, at once', async () => {
      const path = await created(100)
      const codeOf = async (answer: Promise<Answer>) => ((await answer).body as { code: string }).code
      expect(await codeOf(patch(path, 7, photo.subarray(0, 10)))).toBe('UPLOAD_CONFLICT')
      expect(await codeOf(patch(path, 0, photo.subarray(0, 101)))).toBe('FILE_TOO_LARGE')
      expect((await patch(path, 7, photo.subarray(0, 10))).text).toMatch(/is 7, but \d+ bytes are stored/)
      const asText = await send('PATCH', path, { 'content-type': 'text/plain', 'upload-offset': '0' }, photo)
      expect(asText.text).toContain(`text/plain\\": it must be ${OCTETS}`)
      const unknownSize = await send('POST', UPLOADS, { 'upload-length': 'abc' })
      expect(unknownSize.text).toContain('abc\\": it must be the size of the file in bytes')
      expect(await codeOf(send('PATCH', path, { 'content-type': OCTETS }))).toBe('INVALID_UPLOAD_HEADER')
      expect(await codeOf(send('PATCH', path, { 'upload-offset': '0' }, photo))).toBe('INVALID_UPLOAD_HEADER')
      expect(await codeOf(send('POST', UPLOADS, { 'upload-length': '12', 'tus-resumable': '0.2.0' }))).toBe(
        'UNSUPPORTED_TUS_VERSION',
      )
      expect(await codeOf(send('POST', UPLOADS))).toBe('INVALID_UPLOAD_HEADER')
      expect(await codeOf(create(50 * 1024 ** 2 + 1))).toBe('FILE_TOO_LARGE')
      expect(await codeOf(create(10, { priority: 'urgent' }))).toBe('INVALID_FIELD')
      expect(await codeOf(create(10, { colour: 'red' }))).toBe('INVALID_FIELD')
      expect(await codeOf(api.request(`${path}/complete`, { method: 'POST' }))).toBe('UPLOAD_INCOMPLETE')
      expect(await codeOf(api.request(`${UPLOADS}/${'0'.repeat(32)}`))).toBe('UPLOAD_NOT_FOUND')
      expect(await offsetOf(path)).toBe(0)
    })

    it('an upload that is given up, or expires, leaves nothing', async () => {
      const [removed, expired] = [await created(photo.length), await created(photo.length)]
      for (const path of [removed, expired]) await patch(path, 0, photo.subarray(0, 10))
      expect((await api.request(removed, { method: 'DELETE' })).status).toBe(204)
      expect([await offsetOf(removed), await stagedFiles(removed)]).toEqual([-404, 0])
      await api.database
        .collection<{ _id: string }>('uploads')
        .updateOne({ _id: expired.slice(-32) }, { $set: { expiresAt: new Date(0) } })
      const { body } = await api.request(expired)
      expect(['UPLOAD_EXPIRED', 'UPLOAD_NOT_FOUND']).toContain((body as { code: string }).code)
      await until(async () => (await stagedFiles(expired)) === 0 && (await offsetOf(expired)) === -404, {
        what: 'the removal of the expired upload',
        timeoutMs: 60_000,
      })
    })

    it('OPTIONS tells tus clients what is supported', async () => {
      const { status, headers } = await api.request(UPLOADS, { method: 'OPTIONS' })
      expect([status, headers.get('tus-version'), headers.get('tus-max-size')]).toEqual([204, '1.0.0', '52428800'])
      expect(headers.get('tus-extension')).toBe('creation,creation-with-upload,expiration,termination')
    })
  },
)

describe.skipIf(bucket === undefined)('uploads to the bucket', () => {
  let api: TestApi
  beforeAll(async () => {
    api = await startTestApi(bucket?.settings())
  })
  afterAll(() => api.stop())

  const announce = (bytes: Buffer, more = {}): Promise<Answer> =>
    api.request(`${UPLOADS}/direct`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'beach.jpg', bytes: bytes.length, sha256: sha256(bytes), ...more }),
    })
  const put = async ({ request: { method, url, headers } }: DirectUpload, bytes: Buffer): Promise<number> =>
    (await fetch(url, { method, headers, body: new Uint8Array(bytes) })).status
  const complete = ({ links }: DirectUpload): Promise<Answer> =>
    api.request(`${links.self}/complete`, { method: 'POST' })

  it('a client sends the bytes to the bucket, and gets one task for them', async () => {
    const answer = await announce(photo, { priority: 'normal', ttlSeconds: 3600, metadata: { a: 1 } })
    expect(answer.status).toBe(201)
    const upload = answer.body as DirectUpload
    expect((await complete(upload)).body).toMatchObject({ code: 'UPLOAD_INCOMPLETE' })
    expect(await put(upload, photo)).toBe(200)
    const [first, second] = [await complete(upload), await complete(upload)]
    expect([first.status, second.status]).toEqual([202, 202])
    expect(first.body).toMatchObject({ name: 'beach.jpg', priority: 'normal', metadata: { a: 1 } })
    expect((second.body as Task).id).toBe((first.body as Task).id)
    expect((await api.stored.stat((first.body as Task).originalPath)).bytes).toBe(photo.length)
    for await (const { key } of api.stored.list('uploads/staged')) throw new Error(`${key} is left`)
  })

  it('the bucket accepts no other bytes than those announced', async () => {
    const upload = (await announce(photo)).body as DirectUpload
    const others = Buffer.from(photo)
    others[5000] = 1 + (others[5000] ?? 0)
    expect(await put(upload, others)).toBeGreaterThanOrEqual(400)
    const { url } = upload.request
    const shorter = await fetch(url, { method: 'PUT', body: new Uint8Array(photo.subarray(0, 10)) })
    expect(shorter.status).toBeGreaterThanOrEqual(400)
    expect((await complete(upload)).body).toMatchObject({ code: 'UPLOAD_INCOMPLETE' })
    expect(await put(upload, photo)).toBe(200)
    // Whatever the bucket has checked, the API checks what it reads.
    await api.stored.put(`uploads/staged/default/${upload.id}/000000000000000`, others)
    expect((await complete(upload)).body).toMatchObject({ code: 'CHECKSUM_MISMATCH' })
    expect((await complete(upload)).status).toBe(404)
  })

  it('a file above the limit is refused before it is sent', async () => {
    expect((await announce(photo, { bytes: 50 * 1024 ** 2 + 1 })).body).toMatchObject({ code: 'FILE_TOO_LARGE' })
  })
})
