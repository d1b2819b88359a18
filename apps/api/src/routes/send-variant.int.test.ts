import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { rm, symlink, unlink } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { dirname } from 'node:path'
import type { Readable } from 'node:stream'
import { problem, toStoredFile, type Task, type Variant } from '@darkroom/contracts'
import type { Storage } from '@darkroom/storage'
import { sampleJpeg, until } from '@darkroom/testing'
import { parse as parseDisposition } from 'content-disposition'
import express from 'express'
import supertest from 'supertest'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { fieldPart } from '../../test/multipart.ts'
import { startTestApi, type TestApi } from '../../test/start-test-api.ts'
import { completedOf, thumbOf, variantOf } from '../../test/task-history.ts'
import { fileViews } from '../kinds/file-views.ts'
import { createSendVariant } from './send-variant.ts'

let api: TestApi
let photo: Buffer
let files: Record<'1024' | '800', Buffer>
let variants: Variant[]
let task: Task
let path: string

beforeAll(async () => {
  api = await startTestApi()
  photo = await sampleJpeg({ width: 64, height: 48 })
  files = {
    '1024': await sampleJpeg({ width: 1024, height: 768 }),
    '800': await sampleJpeg({ width: 800, height: 600 }),
  }
  variants = await Promise.all([keep('1024', 768), keep('800', 600)])
  task = await completedTask()
  path = `/api/v1/tasks/${task.id}/download`
})
afterAll(() => api.stop())

async function keep(resolution: '1024' | '800', height: number, bytes = files[resolution]): Promise<Variant> {
  const md5 = createHash('md5').update(bytes).digest('hex')
  const variant = variantOf(resolution, height, md5, bytes.length)
  await api.storage.put(variant.path, bytes)
  return variant
}

async function completedTask(name = 'beach.png', images = variants): Promise<Task> {
  const { body } = await api.upload(photo, [fieldPart('name', name)])
  const { id } = body as Task
  await api.tell(completedOf({ id }, images))
  const read = async () => (await api.request(`/api/v1/tasks/${id}`)).body as Task
  await until(async () => (await read()).status === 'completed', { what: 'a completed task' })
  return read()
}

/** Of a route without its API. */
const parts = { storageFault: async () => undefined }

const get = (headers: Record<string, string> = {}, query = '') => api.request(path + query, { headers })

it('returns 409 with Retry-After until the task is completed', async () => {
  const { body } = await api.upload(photo)
  const { status, headers, body: refusal } = await api.request((body as Task).links.download)
  expect([status, headers.get('retry-after'), problem.parse(refusal).code]).toEqual([409, '1', 'TASK_NOT_READY'])
})

it('the largest variant is the default, and each is available by width', async () => {
  expect((await get()).bytes.equals(files['1024'])).toBe(true)
  expect((await get({}, '?resolution=1024')).bytes.equals(files['1024'])).toBe(true)
  expect((await get({}, '?resolution=800')).bytes.equals(files['800'])).toBe(true)
  expect((await get({}, '?file=800')).bytes.equals(files['800'])).toBe(true)
  const byJobId = await api.request(`/api/jobs/${task.jobId}/download?resolution=800`)
  expect(byJobId.bytes.equals(files['800'])).toBe(true)
})

it('the original is available before the variants are, as it was uploaded', async () => {
  const { body } = await api.upload(photo, [fieldPart('name', 'beach.jpg')])
  const { links } = body as Task
  for (const query of ['resolution=original', 'file=original']) {
    const { status, headers, bytes } = await api.request(`${links.download}?${query}`)
    expect([status, bytes.equals(photo), headers.get('content-type')]).toEqual([200, true, 'image/jpeg'])
    expect(parseDisposition(headers.get('content-disposition') ?? '').parameters).toEqual({
      filename: 'beach-original.jpg',
    })
    expect(headers.get('etag')).toBe(`"${createHash('sha256').update(photo).digest('hex')}"`)
  }
})

it('the thumbnail is available as such, and not the default', async () => {
  const bytes = await sampleJpeg({ width: 320, height: 240 })
  const thumb = thumbOf(createHash('md5').update(bytes).digest('hex'), bytes.length)
  await api.storage.put(thumb.path, bytes)
  const { id } = (await api.upload(photo, [fieldPart('name', 'beach.jpg')])).body as Task
  await api.tell({ ...completedOf({ id }, variants), thumb })
  const read = async () => (await api.request(`/api/v1/tasks/${id}`)).body as Task
  const {
    preview,
    images,
    files: others,
    links,
  } = await until(async () => ((await read()).status === 'completed' ? read() : undefined), {
    what: 'a completed task',
  })
  expect([images.length, others?.map(({ name }) => name)]).toEqual([2, ['1024', '800']])
  expect(preview).toMatchObject({ width: 320, height: 240, color: '#7fa8c9' })
  expect((await api.request(preview?.url ?? '')).bytes.equals(bytes)).toBe(true)
  expect((await api.request(links.download)).bytes.equals(files['1024'])).toBe(true)
})

it('a file with the MD5 in its URL may be cached for good, and no other', async () => {
  const cached = async (query: string) => (await get({}, query)).headers.get('cache-control')
  const [{ md5 }] = variants as [Variant]
  expect(await cached(`?resolution=1024&v=${md5}`)).toBe('private, max-age=31536000, immutable')
  expect(await cached(`?resolution=800&v=${md5}`)).toBe('private, no-cache')
  expect(await cached('?resolution=1024')).toBe('private, no-cache')
  for (const { url } of task.images) expect((await api.request(url)).headers.get('cache-control')).toMatch(/immutable/)
})

it.each(['999', '', '1024.0', '../1024'])('resolution %j is refused', async (resolution) => {
  const { status, body } = await get({}, `?resolution=${encodeURIComponent(resolution)}`)
  expect([status, problem.parse(body).errors?.[0]?.pointer]).toEqual([400, '/resolution'])
})

it.each(['', '../1024', 'a b', 'x'.repeat(81)])('file %j is refused', async (file) => {
  const { status, body } = await get({}, `?file=${encodeURIComponent(file)}`)
  expect([status, problem.parse(body).errors?.[0]?.pointer]).toEqual([400, '/file'])
})

it('a file of another kind of task has its own content type and extension', async () => {
  const md5 = 'c'.repeat(32)
  const report = { name: 'report', contentType: 'application/json', size: 2, md5, path: `output/a/report/${md5}.json` }
  await api.storage.put(report.path, Buffer.from('{}'))
  const other: Task = { ...task, images: [], files: [{ ...report, url: '' }] }
  const send = createSendVariant({ ...parts, storage: api.storage })
  const app = express().get('/', (_req, res) => send(res, other, { name: 'report' }))
  const { headers, body } = await supertest(app).get('/').expect(200)
  expect([headers['content-type'], headers['content-disposition'], body]).toEqual([
    'application/json; charset=utf-8',
    'attachment; filename=beach-report.json',
    {},
  ])
})

it('what release 0.1 has cached of a task has no list of files, but its variants', async () => {
  const { files: _files, ...cached } = task
  const send = createSendVariant({ ...parts, storage: api.storage })
  const app = express().get('/', (_req, res) => send(res, cached, { name: '800' }))
  const { body } = await supertest(app).get('/').expect(200)
  expect(files['800'].equals(body as Buffer)).toBe(true)
})

it('a variant that the task does not have is not found', async () => {
  const small = await completedTask('small.jpg', variants.slice(0, 1))
  const { status, body } = await api.request(`/api/v1/tasks/${small.id}/download?resolution=800`)
  expect([status, problem.parse(body).code]).toEqual([404, 'VARIANT_NOT_FOUND'])
})

it('has its content type, and a policy that makes it inert in a browser', async () => {
  const { status, headers } = await get()
  expect(status).toBe(200)
  expect(Object.fromEntries(headers)).toMatchObject({
    'content-type': 'image/jpeg',
    'content-length': String(files['1024'].length),
    'accept-ranges': 'bytes',
    etag: `"${variants[0]?.md5}"`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
    'content-disposition': 'attachment; filename=beach-1024.jpg',
  })
  expect(headers.get('last-modified')).toBeNull()
})

it('a non-ASCII name has a different fallback for each task: curl -OJ saves two files', async () => {
  const names = ['日本.jpg', '東京.jpg', 'Été.jpg']
  const tasks = await Promise.all(names.map((name) => completedTask(name)))
  const answers = await Promise.all(tasks.map(({ id }) => api.request(`/api/v1/tasks/${id}/download?utm_source=mail`)))
  const dispositions = answers.map(({ headers }) => headers.get('content-disposition') ?? '')
  const plain = dispositions.map((text) => /filename="?([^";]+)"?/.exec(text)?.[1])
  expect(plain).toEqual([
    `image-${tasks[0]?.id}-1024.jpg`,
    `image-${tasks[1]?.id}-1024.jpg`,
    `ete-${tasks[2]?.id}-1024.jpg`,
  ])
  expect(dispositions.map((text) => parseDisposition(text).parameters['filename'])).toEqual([
    '日本-1024.jpg',
    '東京-1024.jpg',
    'Été-1024.jpg',
  ])
})

it('HEAD returns the same headers without a body', async () => {
  const { status, bytes, headers } = await api.request(path, { method: 'HEAD' })
  expect([status, bytes.length, headers.get('content-length')]).toEqual([200, 0, String(files['1024'].length)])
  expect(headers.get('etag')).toBe(`"${variants[0]?.md5}"`)
})

describe('a range', () => {
  it.each([
    ['bytes=0-99', 0, 99],
    ['bytes=100-', 100, -1],
    ['bytes=-50', -50, -1],
    ['bytes=10-99999999', 10, -1],
  ])('%s returns 206', async (range, from, to) => {
    const { status, headers, bytes } = await get({ range })
    const whole = files['1024']
    const start = from < 0 ? whole.length + from : from
    const end = to < 0 ? whole.length - 1 : to
    expect([status, headers.get('content-range')]).toEqual([206, `bytes ${start}-${end}/${whole.length}`])
    expect(bytes.equals(whole.subarray(start, end + 1))).toBe(true)
  })

  it('outside the file returns 416 with the size', async () => {
    const { status, headers, body } = await get({ range: 'bytes=99999999-' })
    expect([status, headers.get('content-range')]).toEqual([416, `bytes */${files['1024'].length}`])
    expect(problem.parse(body).code).toBe('RANGE_NOT_SATISFIABLE')
    expect(headers.get('etag')).toBeNull()
    expect(headers.get('content-disposition')).toBeNull()
  })

  it.each(['nonsense', 'lines=1-2', 'bytes=a-b', 'bytes=5-1', 'bytes=-', 'bytes=0-9,5-1'])(
    '%s is not a range: the response is the whole file',
    async (range) => {
      const { status, bytes } = await get({ range })
      expect([status, bytes.equals(files['1024'])]).toEqual([200, true])
    },
  )

  it.each(['bytes=0-9,20-29', 'bytes=99999999-,0-9'])('%s: several ranges', async (range) => {
    const { status, bytes } = await get({ range })
    const whole = files['1024']
    if (status === 200) expect(bytes.equals(whole)).toBe(true)
    else expect([status, bytes.equals(whole.subarray(0, 10))]).toEqual([206, true])
    expect(status).toBe(range.startsWith('bytes=0-9,') ? 200 : 206)
  })

  it('that overlaps with another is sent together with it', async () => {
    const { status, bytes } = await get({ range: 'bytes=0-19,10-29' })
    expect([status, bytes.equals(files['1024'].subarray(0, 30))]).toEqual([206, true])
  })

  it('of a HEAD request has its length, and no body', async () => {
    const { status, bytes, headers } = await api.request(path, { method: 'HEAD', headers: { range: 'bytes=10-19' } })
    expect([status, bytes.length, headers.get('content-length')]).toEqual([206, 0, '10'])
  })

  it('of a file that has changed returns the whole file', async () => {
    const range = 'bytes=0-9'
    expect((await get({ range, 'if-range': `"${variants[0]?.md5}"` })).status).toBe(206)
    expect((await get({ range, 'if-range': '"another"' })).status).toBe(200)
    expect((await get({ range, 'if-range': new Date().toUTCString() })).status).toBe(200)
    expect((await get({ range: 'bytes=99999999-', 'if-range': '"another"' })).status).toBe(200)
  })
})

it('a client that has the file gets 304', async () => {
  const etag = `"${variants[0]?.md5}"`
  const known = await get({ 'if-none-match': etag })
  expect([known.status, known.bytes.length, known.headers.get('etag')]).toEqual([304, 0, etag])
  expect((await get({ 'if-none-match': '"another"' })).status).toBe(200)
  expect((await get({ 'if-none-match': `"another", W/${etag}` })).status).toBe(304)
  for (const match of [etag, `"another", ${etag}`, `W/${etag}`, '*'])
    expect((await get({ 'if-match': match })).status).toBe(200)
  expect((await get({ 'if-unmodified-since': new Date().toUTCString() })).status).toBe(412)
  expect((await get({ 'if-modified-since': new Date().toUTCString() })).status).toBe(200)
  const other = await get({ 'if-match': '"another"' })
  expect([other.status, problem.parse(other.body).code]).toEqual([412, 'PRECONDITION_FAILED'])
  const unquoted = await get({ 'if-match': etag.slice(1, -1) })
  expect([unquoted.status, problem.parse(unquoted.body).code]).toEqual([400, 'INVALID_REQUEST'])
})

describe('the name under which it is saved', () => {
  it.each([
    ['plain.jpg', 'plain-1024.jpg'],
    ['no extension', 'no extension-1024.jpg'],
    ['two "quotes".png', 'two "quotes"-1024.jpg'],
    ['写真.webp', '写真-1024.jpg'],
    ['a;b=c, d.jpg', 'a;b=c, d-1024.jpg'],
    ['50%.jpg', '50%-1024.jpg'],
    ['back\\slash.jpg', 'slash-1024.jpg'],
    ['new\r\nSet-Cookie: a=b.jpg', 'new Set-Cookie: a=b-1024.jpg'],
    ['\u202egpj.exe', 'gpj-1024.jpg'],
    ['😀.jpg', '😀-1024.jpg'],
  ])('for %j is %j', async (name, kept) => {
    const named = await completedTask(name)
    const { status, headers } = await api.request(`/api/v1/tasks/${named.id}/download`)
    const disposition = headers.get('content-disposition') ?? ''
    expect(status).toBe(200)
    expect(headers.get('set-cookie')).toBeNull()
    expect(parseDisposition(disposition)).toMatchObject({ type: 'attachment', parameters: { filename: kept } })
  })
})

describe('if the file has changed on disk', () => {
  const lost = async () => {
    const variant = await keep(
      '1024',
      768,
      await sampleJpeg({ width: 32, height: 32, seed: Math.ceil(performance.now()) }),
    )
    const { links } = await completedTask('lost.jpg', [variant])
    return { variant, download: links.download }
  }

  it('a missing file is a 404 that says so', async () => {
    const { variant, download } = await lost()
    await unlink(api.storage.resolve(variant.path))
    const { status, headers, body } = await api.request(download)
    expect([status, problem.parse(body).code]).toEqual([404, 'FILE_MISSING'])
    expect(headers.get('etag')).toBeNull()
  })

  it('a missing file may be back soon: its 404 is not kept for good, as the file would be', async () => {
    const { variant, download } = await lost()
    await unlink(api.storage.resolve(variant.path))
    const { status, headers } = await api.request(`${download}?v=${variant.md5}`)
    expect([status, headers.get('cache-control')]).toEqual([404, null])
  })

  it('a link to a file elsewhere is not followed', async () => {
    const { variant, download } = await lost()
    const file = api.storage.resolve(variant.path)
    await unlink(file)
    await symlink('/etc/hostname', file)
    expect((await api.request(download)).status).toBe(404)
  })

  it('nor is a folder that became a link', async () => {
    const { variant, download } = await lost()
    const folder = dirname(dirname(api.storage.resolve(variant.path)))
    await rm(folder, { recursive: true })
    await symlink('/etc', folder)
    expect((await api.request(download)).status).toBe(404)
    await unlink(folder)
  })
})

it('the file is closed when the client disconnects', async () => {
  const variant = await keep('1024', 768, Buffer.alloc(20_000_000, 'x'))
  const opened: Readable[] = []
  const watched: Storage = {
    ...api.storage,
    open: async (key, range) => {
      const file = await api.storage.open(key, range)
      opened.push(file.stream)
      return file
    },
  }
  const errors: unknown[] = []
  const send = createSendVariant({ ...parts, storage: watched })
  const app = express().get('/', (_req, res) => {
    send(res, { ...task, files: fileViews([toStoredFile(variant)], '') }, {}).catch((error: unknown) =>
      errors.push(error),
    )
  })
  const server = app.listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  for (const range of [undefined, 'bytes=1000-']) {
    const leaving = new AbortController()
    const headers = range === undefined ? {} : { range }
    const response = await fetch(`http://127.0.0.1:${port}/`, { headers, signal: leaving.signal })
    expect(response.status).toBe(range === undefined ? 200 : 206)
    leaving.abort()
  }
  await until(() => opened.length === 2 && opened.every(({ closed }) => closed), { what: 'closed files' })
  expect(errors).toEqual([])
})
