// Behind a real nginx: with nothing but `proxy_pass`, and as docs/security.md recommends.
import { readFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fetchNginx, freePort } from '@darkroom/local-services'
import { sampleJpeg } from '@darkroom/testing'
import { io } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { ApiProcess } from '../../scripts/processes.ts'
import { createInstallation, type Installation } from './support/installation.ts'
import { startNginx } from './support/nginx.ts'

const ROOT = join(import.meta.dirname, '../..')
const HOST = 'photos.example.com'
const ADMIN_TOKEN = 'the-administrator-behind-nginx'
const operator = { authorization: `Bearer ${ADMIN_TOKEN}` }
const stores = { redisUrl: inject('redisUrl'), mongoUrl: inject('mongoUrl') }

const nginx = await fetchNginx(process.env, join(ROOT, '.darkroom'))
if (!('found' in nginx)) console.log(`The tests with nginx are skipped: ${nginx.skipped}`)

interface Answer {
  status: number
  body: string
  location: string | undefined
}

/** With any Host, which fetch would not send. */
function ask(
  port: number,
  path: string,
  { method = 'GET', headers = {}, body = '' as string | Buffer } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sending = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (answer) => {
      text(answer).then(
        (read) => resolve({ status: answer.statusCode ?? 0, body: read, location: answer.headers.location }),
        reject,
      )
    })
    sending.once('error', reject).end(body)
  })
}

type Operations = { method: string; path: string; scope: string | undefined; needsKey: boolean }[]

async function operationsOf(api: ApiProcess): Promise<Operations> {
  const { paths } = (await (await fetch(`${api.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, { security?: Record<string, string[]>[] }>>
  }
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security = [] }]) => ({
      method: method.toUpperCase(),
      path: path.replaceAll(/\{\w+\}/g, '0'.repeat(24)),
      scope: security[0]?.['apiKey']?.[0],
      needsKey: security.length > 0 && security.every((way) => Object.keys(way).length > 0),
    })),
  )
}

/** What a stranger would send to pass for somebody on the same machine. */
const LIES: Record<string, string>[] = [
  {},
  { 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1', forwarded: 'for=127.0.0.1;host=localhost' },
  { host: 'localhost', 'x-forwarded-host': 'localhost', 'x-forwarded-proto': 'https' },
  { authorization: `Bearer ${ADMIN_TOKEN.toUpperCase()}`, 'x-forwarded-for': '192.0.2.9' },
]

describe.skipIf(!('found' in nginx))('behind nginx', () => {
  const ports = { off: 0, keys: 0, documented: 0 }
  let darkroom: Installation
  let off: ApiProcess
  let keys: ApiProcess
  let proxy: Awaited<ReturnType<typeof startNginx>>

  beforeAll(async () => {
    darkroom = await createInstallation(stores)
    const env = { ADMIN_TOKEN, URL_SIGNING_KEYS: `k1:${'s'.repeat(40)}`, ALLOWED_HOSTS: HOST }
    ;[off, keys] = await Promise.all([darkroom.api({ env }), darkroom.api({ env: { ...env, AUTH: 'keys' } })])
    for (const name of ['off', 'keys', 'documented'] as const) ports[name] = await freePort()
    const plain = (port: number, to: ApiProcess) =>
      `server { listen 127.0.0.1:${port}; location / { proxy_pass ${to.url}; } }`
    const blocks = [plain(ports.off, off), plain(ports.keys, keys), await documented(ports.documented, keys)].join('\n')
    proxy = await startNginx('found' in nginx ? nginx.found : '', { blocks, port: ports.documented })
  })
  afterAll(async () => {
    await proxy.stop()
    await darkroom.stop()
  })

  /** The example of the documentation, for these ports and without a certificate. */
  async function documented(port: number, to: ApiProcess): Promise<string> {
    const page = await readFile(join(ROOT, 'docs/security.md'), 'utf8')
    const [, example = ''] = /```nginx\n([^]*?)```/.exec(page) ?? []
    expect(example).toContain('listen 443 ssl;')
    return example
      .replaceAll(/^\s*ssl_.*\n/gm, '')
      .replace('listen 443 ssl;', `listen 127.0.0.1:${port};`)
      .replace('http://127.0.0.1:3000', to.url)
  }

  /** The routes that let one of the strangers in; wrong tokens are soon refused with 429. */
  async function openRoutes(port: number, routes: Pick<Operations[number], 'method' | 'path'>[]): Promise<string[]> {
    const open: string[] = []
    for (const headers of LIES)
      for (const { method, path } of routes) {
        const { status } = await ask(port, path, { method, headers })
        if (![401, 429].includes(status)) open.push(`${method} ${path}: ${status} with ${JSON.stringify(headers)}`)
      }
    console.log(`nginx: ${routes.length} routes x ${LIES.length} strangers, ${open.length} open`)
    return open
  }

  test('a plain proxy_pass opens no administration, whatever a stranger claims', async () => {
    const guarded = (await operationsOf(off)).filter(({ needsKey }) => needsKey)
    expect(guarded.length).toBeGreaterThan(5)
    expect(await openRoutes(ports.off, [...guarded, { method: 'GET', path: '/admin/queues' }])).toEqual([])
    for (const lie of LIES.slice(0, 3)) {
      const page = await ask(ports.off, '/admin/queues', { headers: { ...lie, accept: 'text/html' } })
      expect([page.status, page.location]).toEqual([303, '/admin/login'])
    }
  })

  test('with keys it opens nothing at all', async () => {
    const guarded = (await operationsOf(keys)).filter(({ scope }) => scope !== undefined)
    expect(guarded.length).toBeGreaterThan(40)
    expect(await openRoutes(ports.keys, guarded)).toEqual([])
  })

  test('as documented, it refuses other host names and pages of other sites', async () => {
    const headers = { ...operator, host: HOST }
    const on = (path: string, options: Parameters<typeof ask>[2]) => ask(ports.documented, path, options)
    expect((await on('/api/v1/tasks', { headers })).status).toBe(200)
    // DNS rebinding: the page of a stranger whose name resolves to this machine.
    for (const host of ['evil.example', `${HOST}.evil.example`])
      expect((await on('/api/v1/tasks', { headers: { ...headers, host } })).status).toBe(421)
    const create = (more: object) => on('/api/v1/keys', { method: 'POST', headers: { ...headers, ...more } })
    for (const more of [{ origin: 'https://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }])
      expect([more, (await create(more)).status]).toEqual([more, 403])
    expect((await create({ origin: `https://${HOST}`, 'sec-fetch-site': 'same-origin' })).status).toBe(415)
  })

  test('as documented, large uploads, event streams, sockets and signed URLs pass', async () => {
    const form = new FormData()
    form.set('file', new Blob([new Uint8Array(await sampleJpeg({ width: 3600, height: 2400 }))]), 'photo.jpg')
    const packed = new Response(form)
    const body = Buffer.from(await packed.arrayBuffer())
    expect(body.length).toBeGreaterThan(1_000_000)
    const type = { 'content-type': packed.headers.get('content-type') ?? '' }
    const headers = { ...operator, host: HOST }
    const uploaded = await ask(ports.documented, '/api/v1/tasks', {
      method: 'POST',
      headers: { ...headers, ...type },
      body,
    })
    expect(uploaded.status).toBe(202)
    const { id } = JSON.parse(uploaded.body) as { id: string }
    expect(await firstOf(ports.documented, `/api/v1/tasks/${id}/events`, headers)).toContain('task.created')
    const signing = { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: '{}' }
    const { url } = JSON.parse((await ask(ports.documented, `/api/v1/tasks/${id}/download-url`, signing)).body) as {
      url: string
    }
    expect(url).toMatch(new RegExp(`^http://${HOST}/d/`))
    const socket = io(`http://127.0.0.1:${ports.documented}`, {
      transports: ['websocket'],
      auth: { token: ADMIN_TOKEN },
      reconnection: false,
    })
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('connect_error', reject))
    socket.close()
  })
})

/** The start of a stream that goes on. */
function firstOf(port: number, path: string, headers: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    let heard = ''
    const asking = request(
      { host: '127.0.0.1', port, path, headers: { ...headers, accept: 'text/event-stream' } },
      (answer) => {
        answer.on('data', (chunk: Buffer) => {
          heard += chunk.toString()
          if (!heard.includes('event:')) return
          resolve(heard)
          asking.destroy()
        })
      },
    )
    asking.once('error', reject).end()
  })
}
