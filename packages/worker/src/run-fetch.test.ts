import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { descendantsOf } from './descendants-of.ts'
import { childEnv } from './env.ts'
import { runFetch, type FetchSettings } from './run-fetch.ts'

/** A server that never answers; the file is never made. */
async function setUp() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const settings = { env: childEnv(process.env), allowed: '127.0.0.1', maxBytes: 1000, maxMs: 30_000 }
  const download = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/photo.jpg`,
    path: join(tmpdir(), 'never-made'),
    signal: undefined,
  }
  return { server, fetch: (given: Partial<FetchSettings> = {}) => runFetch(download, { ...settings, ...given }) }
}

test('a process that cannot be started is a problem of the machine', async () => {
  const { fetch } = await setUp()
  const { execPath } = process
  onTestFinished(() => void (process.execPath = execPath))
  process.execPath = '/no/such/program'
  await expect(fetch()).rejects.toMatchObject({ reason: { code: 'CHILD_NOT_STARTED', retryable: true } })
})

test('so is one that ends before it begins', async () => {
  const { fetch } = await setUp()
  await expect(fetch({ env: { NODE_OPTIONS: '--no-such-option' } })).rejects.toMatchObject({
    reason: { code: 'CHILD_NOT_STARTED', retryable: true },
  })
})

test.runIf(process.platform === 'linux')('one that dies during the download has crashed', async () => {
  const { server, fetch } = await setUp()
  server.once('request', () => {
    for (const pid of descendantsOf(process.pid)) process.kill(pid, 'SIGKILL')
  })
  await expect(fetch()).rejects.toMatchObject({ reason: { code: 'WORKER_CRASHED', retryable: true } })
})
