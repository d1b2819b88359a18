import { createServer, type AddressInfo, type Socket } from 'node:net'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { expect, inject, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../test/temporary-folder.ts'
import { dockerEngineAnswers } from './docker-engine.ts'
import { claimFolder } from './folder-claim.ts'
import { type LocalServices, type LocalServicesOptions, startLocalServices } from './start-local-services.ts'

// Mostly only Redis is started, because it is fast; MongoDB has the conformance test.
const env = { ...process.env, MONGODB_URL: inject('mongoUrl') }

test('services in two folders do not interfere', async () => {
  const [one, two] = await Promise.all([started(await temporaryFolder()), started(await temporaryFolder())])
  expect(one.redis.url).not.toBe(two.redis.url)
  await one.stop()
  await expect(ping(two.redis.url)).resolves.toBe('PONG')
})

test('a second start in the same folder fails and names the owner, until the first has stopped', async () => {
  const folder = await temporaryFolder()
  const first = await started(folder)
  await expect(started(folder)).rejects.toThrow(`belong to process ${process.pid}`)
  await expect(ping(first.redis.url)).resolves.toBe('PONG')

  await first.stop()
  await started(folder)
})

test('data is kept for the next start unless a fresh one is requested', async () => {
  const folder = await temporaryFolder()
  for (const { fresh, kept } of [
    { fresh: true, kept: null },
    { fresh: false, kept: 'yes' },
    { fresh: true, kept: null },
  ]) {
    const services = await started(folder, { fresh })
    const redis = new Redis(services.redis.url)
    expect(await redis.get('kept')).toBe(kept)
    await redis.set('kept', 'yes')
    redis.disconnect()
    await services.stop()
  }
})

test('a server from the environment takes precedence, is shown without its password and never stopped', async () => {
  const lines: string[] = []
  const folder = await temporaryFolder()
  const services = await startLocalServices({
    folder,
    env: { ...env, REDIS_URL: inject('redisUrl') },
    log: (line) => lines.push(line),
  })
  expect(services.redis).toMatchObject({ url: inject('redisUrl'), kind: 'environment', pid: undefined })
  expect(services.redis.kill).toBeUndefined()
  expect(lines).toHaveLength(2)

  await services.stop()
  await expect(ping(inject('redisUrl'))).resolves.toBe('PONG')
})

test('if one service is not available, the other is stopped and the folder released', async () => {
  const folder = await temporaryFolder()
  const failing = startLocalServices({
    folder,
    env: { ...process.env, REDIS_URL: 'redis://127.0.0.1:1' },
    log: () => {},
  })
  await expect(failing).rejects.toThrow('REDIS_URL is set, but Redis does not respond')
  expect(existsSync(join(folder, 'mongo', 'server.pid.json'))).toBe(false)
  claimFolder(folder)()
})

test('a Docker engine that accepts connections but never responds counts as absent', async () => {
  const ask = async (greet: (socket: Socket) => void) => {
    const engine = createServer(greet).listen(0, '127.0.0.1')
    await once(engine, 'listening')
    onTestFinished(() => void engine.close())
    const { port } = engine.address() as AddressInfo
    const askedAt = performance.now()
    return {
      value: await dockerEngineAnswers({ DOCKER_HOST: `tcp://127.0.0.1:${port}` }),
      ms: performance.now() - askedAt,
    }
  }
  const control = await ask(
    (socket) => void socket.end('HTTP/1.1 200 OK\r\nApi-Version: 1.48\r\nContent-Length: 2\r\n\r\nOK'),
  )
  const silent = await ask(() => {})
  expect([control.value, silent.value]).toEqual([true, false])
  expect(silent.ms).toBeLessThan(Math.max(4000, 10 * control.ms))
})

async function started(folder: string, options: Partial<LocalServicesOptions> = {}): Promise<LocalServices> {
  const services = await startLocalServices({ folder, env, log: () => {}, ...options })
  onTestFinished(() => services.stop())
  return services
}

async function ping(url: string): Promise<string> {
  const redis = new Redis(url, { retryStrategy: () => null })
  redis.on('error', () => {})
  try {
    return await redis.ping()
  } finally {
    redis.disconnect()
  }
}
