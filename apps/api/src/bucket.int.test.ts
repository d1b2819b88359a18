import { createHash } from 'node:crypto'
import { problem, type Task, type Variant } from '@darkroom/contracts'
import { sampleJpeg, until } from '@darkroom/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startBucketServer } from '../test/bucket.ts'
import { startTestApi, type TestApi } from '../test/start-test-api.ts'
import { completedOf, variantOf } from '../test/task-history.ts'

const server = await startBucketServer()
const photo = await sampleJpeg({ width: 64, height: 48 })

/** Clean-ups and the janitor at work all the time. */
const BUSY = {
  CLEANUP_INTERVAL_MS: '100',
  PURGE_GRACE_SECONDS: '0',
  JANITOR_INTERVAL_MS: '1000',
  ORPHAN_AGE_MS: '1000',
}

describe.skipIf(server === undefined)('files in a bucket', () => {
  let api: TestApi
  beforeAll(async () => {
    api = await startTestApi({ ...server?.settings(), ...BUSY })
  })
  afterAll(async () => {
    await api.stop()
    await server?.stop()
  })

  const isStored = (key: string): Promise<boolean> => api.stored.stat(key).then(() => true, () => false) // prettier-ignore
  const upload = async (): Promise<Task> => (await api.upload(photo)).body as Task
  const read = async (task: Task, from = api): Promise<Task> => (await from.request(task.links.self)).body as Task

  async function keep(bytes = photo, to = api): Promise<Variant> {
    const md5 = createHash('md5').update(bytes).digest('hex')
    const variant = { ...variantOf('800', 600, md5, bytes.length), path: `output/beach/800/${md5}.jpg` }
    await to.stored.put(variant.path, bytes)
    return variant
  }

  async function completedTask(to = api): Promise<Task> {
    const task = (await to.upload(photo)).body as Task
    await to.tell(completedOf(task, [await keep(photo, to)]))
    return until(async () => (await read(task, to)).status === 'completed' && read(task, to), { what: 'completed' })
  }

  it('an upload ends in the bucket, and nothing stays on the disk of the API', async () => {
    const answer = await api.upload(photo)
    expect(answer.status).toBe(202)
    const { originalPath } = answer.body as Task
    expect((await api.stored.stat(originalPath)).bytes).toBe(photo.length)
    expect([await api.temporaryFiles(), await api.filesIn('storage')]).toEqual([[], []])
  })

  it('downloads come from the bucket, whole and in parts, with the same headers as from a disk', async () => {
    const { links, images } = await completedTask()
    const whole = await api.request(links.download)
    expect([whole.status, whole.headers.get('etag')]).toEqual([200, `"${images[0]?.md5}"`])
    expect(whole.bytes.equals(photo)).toBe(true)
    const part = await api.request(links.download, { headers: { range: 'bytes=10-19' } })
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 10-19/${photo.length}`])
    expect(part.bytes.equals(photo.subarray(10, 20))).toBe(true)
    expect((await api.request(links.download, { headers: { range: `bytes=${photo.length}-` } })).status).toBe(416)
    const known = await api.request(links.download, { headers: { 'if-none-match': `"${images[0]?.md5}"` } })
    expect([known.status, known.bytes.length]).toEqual([304, 0])
    const head = await api.request(links.download, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(photo.length)])
  })

  it('a file that is missing in the bucket is a 404 that says so', async () => {
    const task = await completedTask()
    await api.stored.remove(task.images[0]?.path ?? '')
    const { status, body } = await api.request(task.links.download)
    expect([status, problem.parse(body).code]).toEqual([404, 'FILE_MISSING'])
  })

  it('the files of a deleted task and of an expired one are removed', async () => {
    const deleted = await completedTask()
    expect((await api.request(deleted.links.self, { method: 'DELETE' })).status).toBe(204)
    await until(async () => !(await isStored(deleted.originalPath)), { what: 'a removed original' })
    const expired = await completedTask()
    await api.database
      .collection('tasks')
      .updateOne({ jobId: expired.jobId }, { $set: { expiresAt: new Date(0) }, $inc: { rev: 1 } })
    await until(async () => !(await isStored(expired.originalPath)), { what: 'removed files', timeoutMs: 20_000 })
    expect((await api.request(expired.links.download)).status).toBe(410)
  })

  it('the janitor removes orphaned files, and nothing else', async () => {
    const orphans = [`storage/images/${'0'.repeat(24)}/original.jpg`, `output/beach/800/${'0'.repeat(32)}.jpg`]
    const task = await upload()
    for (const key of orphans) await api.stored.put(key, photo)
    // A variant may be kept for tasks that have not ended.
    await api.tell(completedOf(task, [await keep()]))
    await api.database
      .collection('tasks')
      .deleteMany({ status: { $in: ['pending', 'processing'] }, jobId: { $ne: task.jobId } })
    await until(async () => !(await isStored(orphans[0]!)) && !(await isStored(orphans[1]!)), {
      what: 'removed orphans',
      timeoutMs: 20_000,
    })
    expect(await isStored(task.originalPath)).toBe(true)
    const inTrash = async () => (await Array.fromAsync(api.stored.list('trash'))).length
    await until(async () => (await inTrash()) === 0, { what: 'an empty trash' })
  })

  it('health reports the bucket beside the disk [S4.13]', async () => {
    const { services } = (await api.request('/api/health')).body as { services: object }
    expect(services).toEqual({ redis: true, mongo: true, queue: true, storage: true, minio: true })
  })

  describe('with DOWNLOADS=redirect', () => {
    let other: TestApi
    beforeAll(async () => {
      other = await startTestApi({ ...server?.settings(), DOWNLOADS: 'redirect' })
    })
    afterAll(() => other.stop())

    const secondsOf = (location: string | null): number =>
      Number(new URL(location ?? '').searchParams.get('X-Amz-Expires'))

    it('clients are sent to a URL of the bucket that needs no credentials', async () => {
      const { links } = await completedTask(other)
      const { status, headers } = await other.request(links.download)
      expect([status, headers.get('cache-control'), headers.get('etag')]).toEqual([302, 'no-store', null])
      const file = await fetch(headers.get('location') ?? '')
      expect(Buffer.from(await file.arrayBuffer()).equals(photo)).toBe(true)
      expect([file.headers.get('content-type'), file.headers.get('content-disposition')]).toEqual([
        'image/jpeg',
        'attachment; filename=photo-800.jpg',
      ])
      expect(secondsOf(headers.get('location'))).toBe(3600)
      const head = await other.request(links.download, { method: 'HEAD' })
      expect([head.status, head.headers.get('content-length')]).toEqual([200, String(photo.length)])
    })

    it('the URL is valid no longer than the files of the task', async () => {
      const task = await completedTask(other)
      await other.database
        .collection('tasks')
        .updateOne({ jobId: task.jobId }, { $set: { expiresAt: new Date(Date.now() + 100_000) }, $inc: { rev: 1 } })
      await other.redis.del(`${other.env.REDIS_NAMESPACE}:task:${task.id}`)
      await until(
        async () => {
          const seconds = secondsOf((await other.request(task.links.download)).headers.get('location'))
          return seconds > 0 && seconds <= 100
        },
        { what: 'a shorter life', timeoutMs: 70_000 },
      )
    })

    it('a client that has the file gets 304, and a missing file is a 404', async () => {
      const task = await completedTask(other)
      const etag = `"${task.images[0]?.md5}"`
      expect((await other.request(task.links.download, { headers: { 'if-none-match': etag } })).status).toBe(304)
      await other.stored.remove(task.images[0]?.path ?? '')
      expect((await other.request(task.links.download)).status).toBe(404)
    })
  })

  it('health names the bucket while its server is silent', async ({ skip }) => {
    const { pid } = server ?? {}
    if (pid === undefined) return skip('S3_ENDPOINT names a server that cannot be stopped')
    process.kill(pid, 'SIGSTOP')
    onTestFinished(() => void process.kill(pid, 'SIGCONT'))
    const health = async () => ((await api.request('/health')).body as { reasons?: string[] }).reasons?.join() ?? ''
    const reason = await until(async () => /minio: .*has not responded.*/.exec(await health())?.[0], {
      what: 'the reason',
      timeoutMs: 20_000,
    })
    expect(reason).toContain('minio: S3_BUCKET has not responded')
  }, 60_000)

  describe('while the server is down', () => {
    beforeAll(() => server?.kill?.())
    afterEach(() => server?.restart?.())

    it('uploads and downloads answer 503 with Retry-After, nothing is accepted, and all is well when it is back', async () => {
      const before = await api.database.collection('tasks').countDocuments()
      const task = (await api.database.collection('tasks').findOne({ status: 'completed' })) as unknown as Task & {
        _id: string
      }
      const down = await until(
        async () => {
          const { status, body } = await api.request('/health')
          return status === 503 && (body as { services: object; reasons: string[] })
        },
        { what: 'a bucket that is down', timeoutMs: 20_000 },
      )
      expect(down.services).toMatchObject({ minio: false, storage: true })
      expect(down.reasons.join()).toMatch(/minio: /)
      expect(JSON.stringify(down)).not.toContain(server?.secretKey)
      for (const answer of [await api.upload(photo), await api.request(`/api/v1/tasks/${task._id}/download`)]) {
        expect([answer.status, problem.parse(answer.body).code]).toEqual([503, 'STORAGE_UNAVAILABLE'])
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
      }
      expect(await api.database.collection('tasks').countDocuments()).toBe(before)
      await server?.restart?.()
      await until(async () => (await api.request('/readyz')).status === 200, { what: 'a ready API', timeoutMs: 30_000 })
      expect((await api.upload(photo)).status).toBe(202)
    }, 90_000)
  })
})
