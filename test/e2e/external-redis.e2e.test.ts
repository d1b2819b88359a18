// A Redis that somebody else runs: a user with few rights, TLS.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { QueueStats, Task } from '@darkroom/contracts'
import { freePort } from '@darkroom/local-services'
import { sampleJpeg, until } from '@darkroom/testing'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { accepted, ended, get, upload } from './support/client.ts'
import { createInstallation, type Installation } from './support/installation.ts'
import { startOwnStores, type OwnStores } from './support/own-stores.ts'

const PASSWORD = 'p@ss:w/rd#%$?&+ü'
const ADMIN_TOKEN = 'the-operator-of-this-test'
const operator = { authorization: `Bearer ${ADMIN_TOKEN}` }
const run = promisify(execFile)

let photo: Buffer
let stores: OwnStores
let admin: Redis
let installation: Installation | undefined

beforeAll(async () => {
  photo = await sampleJpeg({ width: 1200, height: 900 })
  stores = await startOwnStores()
  admin = new Redis(stores.redisUrl)
})
afterAll(async () => {
  admin.disconnect()
  await stores.stop()
})
afterEach(async () => {
  await installation?.stop()
  installation = undefined
})

/** Without a namespace: with the names in the documentation. */
const settings = (redisUrl: string): NodeJS.ProcessEnv => ({
  REDIS_URL: redisUrl,
  REDIS_NAMESPACE: '',
  ADMIN_TOKEN,
  CLEANUP_INTERVAL_MS: '500',
  ESTIMATE_INTERVAL_MS: '200',
})
const start = async (env: NodeJS.ProcessEnv) =>
  (installation = await createInstallation({ redisUrl: stores.redisUrl, mongoUrl: inject('mongoUrl') }, env))

describe('the user in the documentation', () => {
  let rules: string[]

  beforeAll(async () => {
    const page = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8')
    const line = /^ACL SETUSER darkroom on >PASSWORD (.+)$/m.exec(page)?.[1]
    if (line === undefined) throw new Error('docs/operations.md has no ACL SETUSER line')
    rules = ['on', `>${PASSWORD}`, ...line.split(' ')]
  })
  const createUser = async (name: string, ...further: string[]): Promise<string> => {
    await admin.flushall()
    await admin.acl('SETUSER', name, 'reset', ...rules, ...further)
    await admin.acl('LOG', 'RESET')
    const url = new URL(stores.redisUrl)
    url.username = name
    url.password = encodeURIComponent(PASSWORD)
    return url.href
  }

  it('has every right that is needed, from the upload to the clean-up, and no other [S4.14]', async () => {
    const url = await createUser('darkroom')
    const { api: startApi, worker: startWorker } = await start(settings(url))
    const [api, worker] = await Promise.all([startApi(), startWorker('w')])
    const { id } = await accepted(api.url, { bytes: photo, key: 'the-same' })
    expect(await ended(api.url, id)).toMatchObject({ status: 'completed' })
    expect((await upload(api.url, { bytes: photo, key: 'the-same' })).body.id).toBe(id)

    await post(`${api.url}/api/v1/queues/image-processing/pause`)
    const waiting = await accepted(api.url, { bytes: photo, fields: { priority: 'batch' } })
    expect((await get<Task>(`${api.url}/api/v1/tasks/${waiting.id}?wait=1`)).status).toBe(200)
    const stats = await until(async () => {
      const { body } = await get<QueueStats>(`${api.url}/api/v1/queues/image-processing/stats`)
      return body.paused === 1 && body
    })
    expect(stats).toMatchObject({ workers: 1, isPaused: true })
    for (const path of [
      'queues/image-processing/jobs',
      'queues/image-processing/load',
      'tasks',
      'stats',
      'dead-letters',
    ])
      expect((await get(`${api.url}/api/v1/${path}`)).status).toBe(200)
    const board = `${api.url}/admin/queues/api/queues?activeQueue=image-processing&status=latest&page=1`
    expect((await fetch(board, { headers: operator })).status).toBe(200)
    await post(`${api.url}/api/v1/tasks/${waiting.id}/cancel`)
    await post(`${api.url}/api/v1/tasks/${waiting.id}/retry`)
    await post(`${api.url}/api/v1/queues/image-processing/resume`)
    expect(await ended(api.url, waiting.id)).toMatchObject({ status: 'completed', epoch: 2 })
    await fetch(`${api.url}/api/v1/tasks/${id}`, { method: 'DELETE' })
    await until(() => admin.zcard('bull:maintenance:completed'), { what: 'a clean-up', timeoutMs: 20_000 })
    expect((await get(`${api.url}/health`)).body).toMatchObject({ status: 'ok' })

    expect(await admin.acl('LOG')).toEqual([])
    expect(api.output() + worker.output()).not.toContain('NOPERM')

    const user = new Redis(url)
    for (const [command = '', ...args] of [
      ['FLUSHALL'],
      ['KEYS', '*'],
      ['CONFIG', 'GET', '*'],
      ['MONITOR'],
      ['SHUTDOWN'],
    ])
      await expect(user.call(command, ...args)).rejects.toThrow('NOPERM')
    await expect(user.set('of-another-program', 1)).rejects.toThrow('NOPERM')
    await expect(user.publish('of-another-program', 'x')).rejects.toThrow('NOPERM')
    user.disconnect()
  })

  it.each([
    ['INFO', '-info', ['api', 'image-worker'], "'info'"],
    ['CLIENT LIST', '-client|list', ['api'], 'client|list'],
    ['scripts', '-@scripting', ['api', 'image-worker'], "'eval"],
    ['its channels', 'resetchannels', ['api', 'image-worker'], 'channels'],
    ['its keys', 'resetkeys', ['api', 'image-worker'], 'keys'],
  ])('without %s, the log says what is missing', async (_name, rule, names, missing) => {
    const { api, worker } = await start(settings(await createUser('darkroom', rule)))
    const lines: string[] = []
    const options = { onLine: (line: string) => void lines.push(line), readyTimeoutMs: 15_000 }
    // Whether they start depends on the right.
    await Promise.allSettled([api(options), worker('w', options)])
    for (const name of names) {
      const marks = [`"name":"${name}"`, 'lacks a right', missing]
      const isWarned = () => lines.some((line) => marks.every((mark) => line.includes(mark)))
      await until(isWarned, { what: `a warning of ${name}` })
    }
  })
})

describe('over TLS', () => {
  let folder: string
  let tlsUrl: string | undefined

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'e2e-tls-'))
    tlsUrl = await offerTls(admin, folder).catch((error: Error) => {
      console.log(`Redis over TLS is not tested: ${error.message}`)
      return undefined
    })
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('a task is processed from upload to download [S4.14]', async ({ skip }) => {
    if (tlsUrl === undefined) return skip('see above')
    await admin.flushall()
    const trust = { NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem') }
    const { api: startApi, worker: startWorker } = await start({ ...settings(tlsUrl), ...trust })
    const [api] = await Promise.all([startApi(), startWorker('w')])
    const { id } = await accepted(api.url, { bytes: photo })
    expect(await ended(api.url, id)).toMatchObject({ status: 'completed' })
    const file = await fetch(`${api.url}/api/v1/tasks/${id}/download`)
    expect([file.status, file.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
    const clients = String(await admin.client('LIST'))
    expect(clients).toMatch(/ laddr=127\.0\.0\.1:\d+ /)
  })

  it('a certificate that is not trusted is refused, and the log says why', async ({ skip }) => {
    if (tlsUrl === undefined) return skip('see above')
    const { api: startApi } = await start(settings(tlsUrl))
    const api = await startApi()
    await until(() => /Redis is not reachable/.test(api.output()) && /certificate/.test(api.output()))
    expect((await get(`${api.url}/health`)).body).toMatchObject({ status: 'degraded' })
  })
})

async function post(url: string): Promise<void> {
  const { ok } = await fetch(url, { method: 'POST', headers: operator })
  expect([url, ok]).toEqual([url, true])
}

/** Lets the Redis listen on a further port with a new certificate. Throws if it or openssl cannot. */
async function offerTls(redis: Redis, folder: string): Promise<string> {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const request = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert]
  await run('openssl', ['req', ...request, '-subj', '/CN=darkroom test', '-addext', 'subjectAltName=IP:127.0.0.1'])
  const port = await freePort()
  const files = ['tls-cert-file', cert, 'tls-key-file', key, 'tls-ca-cert-file', cert]
  await redis.call('CONFIG', 'SET', ...files, 'tls-auth-clients', 'no', 'tls-port', String(port))
  return `rediss://127.0.0.1:${port}`
}
