// Uploads of files on disk, which Node.js reads while it sends them.
import { once } from 'node:events'
import { appendFileSync, openAsBlob } from 'node:fs'
import { appendFile, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { setImmediate } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { createDarkroom } from './darkroom.ts'

const BYTES = 20_000_000

let folder: string
let server: Server
let answer: RequestListener
let url: string
let uncaught: unknown[]
const note = (error: unknown): void => void uncaught.push(error)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-uploads-'))
  server = createServer((req, res) => answer(req, res)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  uncaught = []
  process.on('uncaughtException', note).on('unhandledRejection', note)
  await writeFile(join(folder, 'photo.jpg'), Buffer.alloc(BYTES, 'a photo'))
})
afterEach(() => process.off('uncaughtException', note).off('unhandledRejection', note))

const photo = () => openAsBlob(join(folder, 'photo.jpg'))
const refuse: RequestListener = (_req, res) => {
  const problem = { code: 'SCOPE_MISSING', detail: 'This request requires a key with the scope tasks:write.' }
  res.writeHead(403, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem))
}
/** After everything that is read ahead has been read. */
async function settled(): Promise<void> {
  for (let at = 0; at < 1000; at++) await setImmediate()
}

it('sends a file as it is', async () => {
  const received: Promise<Buffer>[] = []
  answer = (req, res) => {
    received.push(buffer(req))
    void received[0]?.then(() => res.writeHead(202, { 'content-type': 'application/json' }).end('{"id":"1"}'))
  }
  const bytes = Buffer.from(Array.from({ length: 2_500_000 }, (_, at) => at % 251))
  await writeFile(join(folder, 'pattern.jpg'), bytes)
  const file = new File([await openAsBlob(join(folder, 'pattern.jpg'))], 'é.jpg', { type: 'image/jpeg' })
  await createDarkroom({ url }).create({ file, metadata: { album: 7 }, name: 'a name' })
  const body = (await received[0]) as Buffer
  const head = body.subarray(0, body.indexOf(bytes.subarray(0, 300))).toString()
  expect(body.includes(bytes)).toBe(true)
  expect(head).toMatch(/name="metadata"\r\n\r\n{"album":7}\r\n[^]*name="name"\r\n\r\na name\r\n/)
  expect(head).toMatch(/name="file"; filename="é.jpg"\r\nContent-Type: image\/jpeg\r\n\r\n$/)
})

it('can be aborted before and after a refusal: nothing is thrown where nobody can catch it', async () => {
  answer = refuse
  const darkroom = createDarkroom({ url })
  const abort = new AbortController()
  const uploads = Array.from({ length: 50 }, async () => {
    const file = await photo()
    return darkroom.create({ file }, { signal: abort.signal }).catch((error: Error) => {
      abort.abort()
      return error.name
    })
  })
  expect(new Set(await Promise.all(uploads))).toEqual(new Set(['DarkroomError', 'AbortError']))
  const late = darkroom.create({ file: await photo() }, { signal: abort.signal })
  await expect(late).rejects.toMatchObject({ name: 'AbortError' })
  await settled()
  expect(uncaught).toEqual([])
})

it('can be aborted at any moment', async () => {
  const darkroom = createDarkroom({ url })
  for (let at = 0; at < 30; at++) {
    const abort = new AbortController()
    answer = (req) => void req.resume().once('data', () => setTimeout(() => abort.abort(), at % 10))
    const sent = darkroom.create({ file: await photo() }, { signal: abort.signal })
    await expect(sent).rejects.toMatchObject({ name: 'AbortError' })
  }
  await settled()
  expect(uncaught).toEqual([])
})

const unreadable = {
  name: 'DarkroomError',
  code: 'FILE_UNREADABLE',
  message: expect.stringMatching(/^photo\.jpg cannot be read: it was changed/),
}

it.each([
  [
    'a file that was changed after it was chosen',
    async () => {
      const file = await photo()
      await appendFile(join(folder, 'photo.jpg'), 'more')
      return file
    },
  ],
  [
    'a folder',
    async () => {
      await mkdir(join(folder, 'below'), { recursive: true })
      await symlink(join(folder, 'below'), join(folder, 'link.jpg'))
      return openAsBlob(join(folder, 'link.jpg'))
    },
  ],
])('refuses %s without a request', async (_what, choose) => {
  answer = vi.fn<RequestListener>(refuse)
  const file = new File([await choose()], 'photo.jpg')
  await expect(createDarkroom({ url }).create({ file })).rejects.toMatchObject(unreadable)
  await expect(createDarkroom({ url }).createBatch([file]).next()).rejects.toMatchObject(unreadable)
  expect(answer).not.toHaveBeenCalled()
  expect(uncaught).toEqual([])
})

it('ends the upload of a file that is changed meanwhile', async () => {
  const path = join(folder, 'large.jpg')
  await writeFile(path, '')
  await truncate(path, 5 * BYTES)
  let requests = 0
  answer = (req) => {
    requests++
    req.once('data', () => appendFileSync(path, 'more')).resume()
  }
  const file = new File([await openAsBlob(path)], 'photo.jpg')
  await expect(createDarkroom({ url }).create({ file })).rejects.toMatchObject(unreadable)
  await settled()
  expect([requests, uncaught]).toEqual([1, []])
})
