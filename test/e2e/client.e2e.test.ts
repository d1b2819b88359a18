// The client as others use it: on a real API, in Node and in a browser.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { stripTypeScriptTypes } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  createDarkroom,
  type AnyTaskEvent,
  type BatchResult,
  type Darkroom,
  type DarkroomError,
  type TaskEvent,
} from '@darkroom/client'
import { sampleJpeg, until } from '@darkroom/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { ApiProcess, AppProcess } from '../../scripts/processes.ts'
import { findChromium, openBrowser } from './support/browser.ts'
import { createInstallation, type Installation } from './support/installation.ts'

const ROOT = join(import.meta.dirname, '../..')
const CLIENT = join(ROOT, 'packages/client')
const README_URL = 'http://localhost:3000'
const ADMIN_TOKEN = 'the-administrator-of-the-client'

let installation: Installation
let pages: Server
let api: ApiProcess
let worker: AppProcess
let darkroom: Darkroom
let folder: string
let photo: File

beforeAll(async () => {
  pages = await servePages()
  const { port } = pages.address() as AddressInfo
  installation = await createInstallation(
    { redisUrl: inject('redisUrl'), mongoUrl: inject('mongoUrl') },
    { URL_SIGNING_KEYS: `k1:${'0'.repeat(64)}`, CORS_ORIGINS: `http://127.0.0.1:${port}` },
  )
  ;[api, worker] = await Promise.all([installation.api(), installation.worker('worker-a')])
  darkroom = createDarkroom({ url: api.url })
  folder = await mkdtemp(join(tmpdir(), 'darkroom-client-'))
  const bytes = await sampleJpeg({ width: 1200, height: 900 })
  photo = new File([new Uint8Array(bytes)], 'photo.jpg')
  await writeFile(join(folder, 'photo.jpg'), bytes)
})
afterAll(async () => {
  pages?.close()
  await installation?.stop()
  if (folder) await rm(folder, { recursive: true, force: true })
})

const readme = async (): Promise<string> =>
  (await readFile(join(CLIENT, 'README.md'), 'utf8')).replaceAll(README_URL, api.url)

test('the examples of the README run as they are, one after the other', async () => {
  const blocks = [...(await readme()).matchAll(/```ts\n([^]*?)```/g)].map(([, block = '']) => block)
  expect(blocks.length).toBeGreaterThan(4)
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  await writeFile(join(folder, 'readme.ts'), blocks.join('\n'))
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=source', 'readme.ts'], { cwd: folder })
  expect(stdout).toMatch(/^completed \d+\n/)
  expect(stdout).toMatch(/\ncompleted undefined\nlater.jpg completed\nphoto.jpg completed\n/)
  expect(stdout).toMatch(/(\n[0-9a-f]{24}){2}\nIt was deleted.\n$/)
})

test('an upload whose response was lost is sent again, and creates one task', async () => {
  let losses = 0
  const unlucky = createDarkroom({
    url: api.url,
    fetch: async (request) => {
      const response = await fetch(request)
      if (request.method !== 'POST' || losses++ > 0) return response
      await response.arrayBuffer()
      throw new TypeError('The connection was lost')
    },
  })
  const sent: number[] = []
  const { id } = await unlucky.create({ file: photo, name: 'lost.jpg' }, { onProgress: (bytes) => sent.push(bytes) })
  expect([losses, sent.at(-1)]).toEqual([2, photo.size])
  expect(
    (await Array.fromAsync(darkroom.list())).filter(({ name }) => name === 'lost.jpg').map((task) => task.id),
  ).toEqual([id])
})

test('files come back, also by a signed URL; a finished task can be restarted', async () => {
  const task = await darkroom.createAndWait({ file: photo })
  const { url } = await darkroom.signUrl(task.id, { file: '1024', expiresInSeconds: 60 })
  const [plain, signed] = await Promise.all([darkroom.download(task.id), fetch(url)])
  const digests = await Promise.all([plain, signed].map(async (file) => md5(await file.bytes())))
  expect(digests).toEqual([task.images[0]?.md5, task.images[0]?.md5])
  await darkroom.retry(task.id)
  expect(await darkroom.wait(task.id)).toMatchObject({ status: 'completed', epoch: 2 })
})

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')

async function refusal(sent: Promise<unknown>): Promise<DarkroomError> {
  try {
    await sent
  } catch (error) {
    return error as DarkroomError
  }
  throw new Error('It was accepted')
}

test('a key is sent with every request; its tenant, its scopes and its end are respected', async () => {
  const { url } = await installation.api({ env: { AUTH: 'keys', ADMIN_TOKEN } })
  const admin = createDarkroom({ url, key: ADMIN_TOKEN })
  const clientOf = async (tenant: string, scopes: ('tasks:read' | 'tasks:write')[]) => {
    const { data } = await admin.api.POST('/api/v1/keys', { body: { name: tenant, tenant, scopes } })
    return { id: data!.id, darkroom: createDarkroom({ url, key: data!.key }) }
  }
  const shop = await clientOf('shop', ['tasks:read', 'tasks:write'])
  const [reader, other] = await Promise.all([clientOf('shop', ['tasks:read']), clientOf('club', ['tasks:read'])])

  const task = await shop.darkroom.createAndWait({ file: photo })
  expect(task).toMatchObject({ status: 'completed' })
  expect((await Array.fromAsync(reader.darkroom.list())).map(({ id }) => id)).toEqual([task.id])
  expect(Buffer.from(await (await reader.darkroom.download(task.id)).arrayBuffer()).length).toBe(task.images[0]?.size)
  expect(await refusal(createDarkroom({ url }).create({ file: photo }))).toMatchObject({ code: 'KEY_REQUIRED' })
  expect(await refusal(reader.darkroom.create({ file: photo }))).toMatchObject({ code: 'SCOPE_MISSING', status: 403 })
  expect(await refusal(other.darkroom.get(task.id))).toMatchObject({ code: 'TASK_NOT_FOUND', status: 404 })

  const after = await shop.darkroom.position()
  await shop.darkroom.retry(task.id)
  const types: string[] = []
  const followed = refusal(
    (async () => {
      for await (const { event } of shop.darkroom.allEvents({ after })) types.push(event.type)
    })(),
  )
  await until(() => types.includes('task.completed'), { what: 'the end of the task', timeoutMs: 30_000 })
  await admin.api.DELETE('/api/v1/keys/{id}', { params: { path: { id: shop.id } } })
  expect(await followed).toMatchObject({ code: 'KEY_REQUIRED', status: 401 })
})

test('what the API refuses is an error with its code, and what it does not answer as well', async () => {
  expect(await refusal(darkroom.create({ file: new Blob(['a text']) }))).toMatchObject({
    name: 'DarkroomError',
    code: 'IMAGE_UNSUPPORTED',
    status: 415,
    message: expect.stringContaining('JPEG'),
  })
  expect(await refusal(darkroom.create({ file: photo, metadata: { 'a.b': 1 } }))).toMatchObject({
    code: 'INVALID_FIELD',
    problem: { errors: [{ pointer: expect.stringContaining('/metadata') }] },
  })
  expect(
    await refusal(darkroom.api.GET('/api/v1/queues/{name}/stats', { params: { path: { name: 'none' } } })),
  ).toMatchObject({ code: 'QUEUE_NOT_FOUND' })
  const nowhere = createDarkroom({ url: 'http://127.0.0.1:1', retries: 1 })
  expect(await refusal(nowhere.get('any'))).toMatchObject({ code: 'UNREACHABLE', status: undefined })
  const aborted = darkroom.wait((await darkroom.create({ file: photo })).id, { signal: AbortSignal.abort() })
  expect(await refusal(aborted)).toMatchObject({ name: 'AbortError' })
})

test('a batch has any number of files, and a list as many pages as it takes', async () => {
  const small = new Uint8Array(await sampleJpeg({ width: 40, height: 30 }))
  const files = Array.from({ length: 103 }, (_, at) => new File([at === 101 ? 'a text' : small], `small-${at}.jpg`))
  const results: BatchResult[] = []
  for await (const result of darkroom.createBatch(files, { priority: 'batch', metadata: { batch: 1 } }))
    results.push(result)
  expect(results.map(({ name }) => name)).toEqual(files.map(({ name }) => name))
  expect(results.filter(({ status }) => status === 'rejected').map(({ name }) => name)).toEqual(['small-101.jpg'])
  expect(new Set(results.map(({ batchId }) => batchId)).size).toBe(2)
  const listed = await Array.fromAsync(darkroom.list({ priority: 'batch', limit: 40 }))
  expect(listed.map(({ name }) => name)).toHaveLength(102 + 2) // two of the README
  expect(listed[0]).toMatchObject({ metadata: { batch: 1 } })
})

test('batches are listed, and one is followed until all of its tasks have ended', async () => {
  const small = new Uint8Array(await sampleJpeg({ width: 40, height: 30 }))
  const files = [new File([small], 'a.jpg'), new File([small], 'b.jpg')]
  const [result] = await Array.fromAsync(darkroom.createBatch(files, { priority: 'premium' }))
  const id = result?.batchId ?? ''
  const events: AnyTaskEvent[] = []
  for await (const event of darkroom.batchEvents(id)) events.push(event)
  expect(events.filter(({ event }) => event.type === 'task.completed')).toHaveLength(2)
  const seen: string[] = []
  const batch = await darkroom.waitBatch(id, { onChange: ({ status }) => seen.push(status) })
  expect([batch.counts.completed, seen]).toEqual([2, ['completed']])
  for await (const { batchId } of darkroom.batches({ limit: 1 })) {
    expect(batchId).toBe(id)
    break
  }
  expect((await Array.fromAsync(darkroom.batches({ limit: 2 }))).length).toBeGreaterThan(2)
})

const chromium = await findChromium()
if (chromium === undefined)
  console.log('The client is not tested in a browser: there is no Chromium on PATH or at CHROMIUM_PATH.')

test.skipIf(chromium === undefined)(
  'a page of another origin uploads a file with its progress, and follows its events',
  async () => {
    const browser = await openBrowser(chromium ?? '')
    try {
      const { port } = pages.address() as AddressInfo
      const page = await browser.newPage()
      const kinds: string[] = []
      page.on('request', (request) => request.method() === 'POST' && kinds.push(request.resourceType()))
      await page.goto(`http://127.0.0.1:${port}/`)
      await page.setInputFiles('input', join(folder, 'photo.jpg'))
      await page.getByText('completed').waitFor()
      expect(await page.locator('progress').getAttribute('value')).toBe('1')
      expect(kinds).toEqual(['xhr'])
      // As text: imports in functions are changed for Node.
      const types = await page.evaluate<string[]>(`(async () => {
        const { createDarkroom } = await import('/client/index.ts')
        const darkroom = createDarkroom({ url: '${api.url}' })
        const { value: task } = await darkroom.list().next()
        const types = []
        for await (const { type } of darkroom.events(task.id)) types.push(type)
        return types
      })()`)
      expect([types[0], types.at(-1)]).toEqual(['task.created', 'task.completed'])
      const aborted = await page.evaluate<string>(`(async () => {
        const { createDarkroom } = await import('/client/index.ts')
        const options = { signal: AbortSignal.abort(), onProgress: () => {} }
        const sent = createDarkroom({ url: '${api.url}' }).create({ file: new Blob(['a photo']) }, options)
        return sent.then(() => 'sent', ({ name }) => name)
      })()`)
      expect([aborted, kinds]).toEqual(['AbortError', ['xhr']])
    } finally {
      await browser.close()
    }
  },
)

test('events and waiting continue after a restart of the API, without a gap or a repetition', async () => {
  await worker.stop()
  const { id } = await darkroom.create({ file: photo })
  const events: TaskEvent[] = []
  const following = (async () => {
    for await (const event of darkroom.events(id)) events.push(event)
  })()
  const waiting = darkroom.wait(id)
  await until(() => events.length > 0, { what: 'the first event' })

  api.kill('SIGKILL')
  await api.exited
  await installation.api({ env: { PORT: String(api.port) } })
  await installation.worker('worker-b')

  expect(await waiting).toMatchObject({ id, status: 'completed' })
  await following
  expect(events.map(({ type }) => type)).toEqual([
    'task.created',
    'task.processing',
    ...Array.from({ length: events.length - 3 }, () => 'task.progress'),
    'task.completed',
  ])
  const positions = events.map(({ seq }) => seq)
  expect(positions).toEqual([...new Set(positions)].toSorted((one, other) => one - other))
})

/** The example of the README as a page, and the sources of the client as modules. */
function servePages(): Promise<Server> {
  const imports = { '@darkroom/client': '/client/index.ts', 'openapi-fetch': '/openapi-fetch.js' }
  const answer = async (path: string, res: ServerResponse): Promise<unknown> => {
    if (path === '/') {
      const [, page = ''] = /```html\n([^]*?)```/.exec(await readme()) ?? []
      res.setHeader('content-type', 'text/html')
      return res.end(`<script type="importmap">${JSON.stringify({ imports })}</script>${page}`)
    }
    const isOurs = /^\/client\/[\w-]+\.ts$/.test(path)
    const file = isOurs
      ? join(CLIENT, 'src', path.slice('/client/'.length))
      : join(CLIENT, 'node_modules/openapi-fetch/dist/index.mjs')
    const text = await readFile(file, 'utf8')
    res.setHeader('content-type', 'text/javascript')
    return res.end(isOurs ? stripTypeScriptTypes(text) : text)
  }
  const server = createServer((req, res) => void answer(req.url ?? '', res))
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}
