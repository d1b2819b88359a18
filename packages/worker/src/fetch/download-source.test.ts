import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createOutgoing, outgoingEnv, type Resolve } from '@darkroom/outgoing'
import { createSmallDisk } from '@darkroom/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { DownloadFailure, downloadSource } from './download-source.ts'

const MAX_BYTES = 100_000
/** The only address that counts as public here. */
const PUBLIC = '127.0.0.1'
const photo = Buffer.from('a photo, as far as this is concerned'.repeat(100))

const disk = createSmallDisk()
let server: Server
let base: string
let folder: string
const asked: string[] = []
const ANSWERS: Record<string, RequestListener> = {
  '/photo': (_req, res) => res.end(photo),
  '/chunked': (_req, res) => void (res.write(photo.subarray(0, 9)), res.end(photo.subarray(9))),
  '/moved': (_req, res) => res.writeHead(302, { location: '/photo' }).end(),
  '/loop': (_req, res) => res.writeHead(307, { location: '/loop' }).end(),
  '/inside': (_req, res) => res.writeHead(301, { location: 'http://127.0.0.2/' }).end(),
  '/decimal': (_req, res) => res.writeHead(302, { location: 'http://2130706434/' }).end(),
  '/metadata': (_req, res) => res.writeHead(302, { location: 'http://[::ffff:169.254.169.254]/' }).end(),
  '/announced': (_req, res) => res.writeHead(200, { 'content-length': 5_000_000_000 }).flushHeaders(),
  '/endless': (_req, res) => {
    const timer = setInterval(() => res.write(Buffer.alloc(50_000)), 1)
    res.on('close', () => clearInterval(timer))
  },
  '/short': (req, res) => {
    res.writeHead(200, { 'content-length': photo.length }).write(photo.subarray(0, 100))
    setTimeout(() => req.socket.destroy(), 50)
  },
  '/silent': () => {},
  '/stalls': (_req, res) => void res.write('a'),
}

beforeAll(async () => {
  server = createServer((req, res) => {
    asked.push(req.url ?? '')
    const [, status] = /^\/status\/(\d+)$/.exec(req.url ?? '') ?? []
    if (status !== undefined) res.writeHead(Number(status)).end()
    else ANSWERS[req.url ?? '']?.(req, res)
  })
  await new Promise<void>((resolve) => server.listen(0, PUBLIC, resolve))
  base = `http://${PUBLIC}:${(server.address() as AddressInfo).port}`
  folder = await mkdtemp(join(tmpdir(), 'download-'))
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await rm(folder, { recursive: true, force: true })
  disk?.close()
})
beforeEach(() => void asked.splice(0))

const allowed = outgoingEnv.ALLOW_PRIVATE_ADDRESSES.parse(PUBLIC)
const resolve: Resolve = async (host) => {
  if (host === 'private.example') return ['127.0.0.2']
  throw new Error(`no address of ${host}`)
}
let files = 0

async function download(url: string, { maxMs = 10_000, by = resolve, path = join(folder, `file-${files++}`) } = {}) {
  const outgoing = createOutgoing({ allowed, resolve: by })
  const result = await downloadSource(outgoing, { url, path, maxBytes: MAX_BYTES, maxMs }).catch(
    (error: unknown) => error,
  )
  await outgoing.close()
  return { result, path }
}

test.each(['/photo', '/chunked', '/moved'])('%s: the bytes of the file, with their checksum', async (path) => {
  const { result, path: file } = await download(base + path)
  expect(result).toEqual({ bytes: photo.length, sha256: createHash('sha256').update(photo).digest('hex') })
  expect((await readFile(file)).equals(photo)).toBe(true)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})

test.each<[path: string, code: string, retryable: boolean]>([
  ['/status/404', 'SOURCE_NOT_FOUND', false],
  ['/status/410', 'SOURCE_NOT_FOUND', false],
  ['/status/403', 'SOURCE_DENIED', false],
  ['/status/204', 'SOURCE_DENIED', false],
  ['/status/304', 'SOURCE_DENIED', false],
  ['/status/429', 'SOURCE_UNAVAILABLE', true],
  ['/status/500', 'SOURCE_UNAVAILABLE', true],
  ['/status/503', 'SOURCE_UNAVAILABLE', true],
  ['/announced', 'FILE_TOO_LARGE', false],
  ['/endless', 'FILE_TOO_LARGE', false],
  ['/short', 'SOURCE_UNAVAILABLE', true],
  ['/loop', 'SOURCE_URL_REFUSED', false],
  ['/inside', 'SOURCE_URL_REFUSED', false],
  ['/decimal', 'SOURCE_URL_REFUSED', false],
  ['/metadata', 'SOURCE_URL_REFUSED', false],
])('%s: %s', async (path, code, retryable) => {
  const { result } = await download(base + path)
  expect(result).toBeInstanceOf(DownloadFailure)
  expect((result as DownloadFailure).reason).toMatchObject({ code, retryable })
})

test.each([
  ['http://127.0.0.2/', 'an address of this machine'],
  ['http://2130706434/', 'a decimal number'],
  ['http://0177.0.0.2/', 'an octal one'],
  ['http://0x7f.2/', 'a hexadecimal one'],
  ['http://[::1]/', 'IPv6'],
  ['http://[::ffff:127.0.0.2]/', 'IPv4 written as IPv6'],
  ['http://[64:ff9b::7f00:2]/', 'IPv4 translated to IPv6'],
  ['http://169.254.169.254/latest/meta-data/', 'the metadata of a cloud'],
  ['http://private.example/', 'a name with a private address'],
  ['http://user:password@private.example/', 'credentials'],
  ['ftp://private.example/', 'another protocol'],
])('%s (%s) is refused, and nothing is sent', async (url) => {
  const { result } = await download(url)
  expect((result as DownloadFailure).reason).toMatchObject({ code: 'SOURCE_URL_REFUSED', retryable: false })
  expect(asked).toEqual([])
})

test.each(['/silent', '/stalls'])('%s: the download ends when its time is up', async (path) => {
  const { result } = await download(base + path, { maxMs: 300 })
  expect((result as DownloadFailure).reason).toMatchObject({ code: 'SOURCE_UNAVAILABLE', retryable: true })
})

test('a name whose address changes is not followed into the private network', async () => {
  const answers = [['127.0.0.2'], [PUBLIC]]
  const by: Resolve = async () => answers.pop() ?? []
  const { port } = new URL(base)
  const url = `http://rebinding.example:${port}`
  expect((await download(`${url}/photo`, { by })).result).toMatchObject({ bytes: photo.length })
  expect(((await download(`${url}/photo`, { by })).result as DownloadFailure).reason.code).toBe('SOURCE_URL_REFUSED')
  expect(asked).toEqual(['/photo'])
})

test('a server that cannot be reached, or has no address, may come back', async () => {
  for (const url of ['http://127.0.0.1:1025/', 'http://unknown.example/']) {
    const { result } = await download(url)
    expect((result as DownloadFailure).reason).toMatchObject({ code: 'SOURCE_UNAVAILABLE', retryable: true })
  }
})

test('a file that cannot be created is not the fault of the server', async () => {
  await writeFile(join(folder, 'obstacle'), '')
  const { result } = await download(`${base}/photo`, { path: join(folder, 'obstacle', 'file') })
  expect((result as DownloadFailure).reason).toMatchObject({ code: 'STORAGE_FAILED', retryable: true })
})

test.skipIf(disk === undefined)('neither is a full disk', async () => {
  const path = join(disk?.folder ?? '', 'file')
  await writeFile(`${path}.filler`, Buffer.alloc(2 * 1024 ** 2)).catch(() => {})
  const { result } = await download(`${base}/photo`, { path })
  expect((result as DownloadFailure).reason).toMatchObject({ code: 'STORAGE_FULL', retryable: true })
})
