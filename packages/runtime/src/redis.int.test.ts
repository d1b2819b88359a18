import { recordLog, startTcpProxy, uniqueName, until } from '@darkroom/testing'
import { expect, inject, it } from 'vitest'
import type { Logger } from './logger.ts'
import { connectRedis } from './redis.ts'

const CLOSED_PORT = 'redis://127.0.0.1:1'

it('logs connections, and an outage once, not once per retry [S1.6]', async () => {
  const { log, lines } = recordLog<Logger>()
  const redis = connectRedis(inject('redisUrl'), 'producer', log)
  await until(() =>
    lines.some(
      ({ level, message, role }) => level === 'debug' && message === 'Redis is connected' && role === 'producer',
    ),
  )
  redis.disconnect()

  const tries = recordLog<Logger>()
  const away = connectRedis(CLOSED_PORT, 'cache', tries.log)
  let reconnects = 0
  away.on('reconnecting', () => reconnects++)
  await until(() => reconnects >= 3, { what: 'three tries' })
  away.disconnect()
  expect(tries.lines).toMatchObject([
    { level: 'warn', message: 'Redis is not reachable', role: 'cache', err: { code: 'ECONNREFUSED' } },
  ])
})

it('reconnects after a delay that grows by 50 ms each time', async () => {
  const redis = connectRedis(CLOSED_PORT, 'producer', recordLog<Logger>().log)
  const delays: number[] = []
  redis.on('reconnecting', (delay: number) => delays.push(delay))
  await until(() => delays.length >= 4, { what: 'four tries' })
  redis.disconnect()
  expect(delays.slice(0, 4)).toEqual([50, 100, 150, 200])
})

it('connections that fall silent without a reset are replaced within 15 s', { timeout: 30_000 }, async () => {
  const proxy = await startTcpProxy(inject('redisUrl'))
  const { log } = recordLog<Logger>()
  const direct = connectRedis(inject('redisUrl'), 'producer', log)
  const [producer, cache] = (['producer', 'cache'] as const).map((role) => connectRedis(proxy.url, role, log))
  const [worker, subscription] = [connectRedis(proxy.url, 'consumer', log), connectRedis(proxy.url, 'consumer', log)]
  const blocking = worker.duplicate()
  const all = [direct, producer, cache, worker, subscription, blocking]
  await until(() => all.every((redis) => redis?.status === 'ready'), { what: 'six connections' })
  const name = uniqueName('silence')
  let heard = 0
  subscription.on('message', () => heard++)
  await subscription.subscribe(name)
  const job = blocking.blpop(name, 10)

  proxy.silence()
  const answers = [producer, cache, worker].map((redis) =>
    until(() => redis?.get(name).then(() => true), { timeoutMs: 15_000 }),
  )
  const told = until(async () => (await direct.publish(name, 'told')) > 0 && heard > 0, {
    timeoutMs: 15_000,
    what: 'a message',
  })
  await Promise.all([...answers, told])
  await direct.rpush(name, 'job')
  expect(await job).toEqual([name, 'job'])

  for (const redis of all) redis?.disconnect()
  await proxy.stop()
})

it('reconnects if the server turns out to be a replica, at most once per second', async () => {
  const { log } = recordLog<Logger>()
  const redis = connectRedis(inject('redisUrl'), 'producer', log)
  const readOnly = () =>
    redis.eval("return redis.error_reply('READONLY You can not write against a read only replica.')", 0)
  let connects = 0
  redis.on('ready', () => connects++)
  await until(() => connects === 1)
  await expect(readOnly()).rejects.toThrow('READONLY')
  await until(() => connects === 2, { what: 'another connection' })
  await expect(readOnly()).rejects.toThrow('READONLY')
  expect(redis.status).toBe('ready')
  redis.disconnect()
})

it('producers and caches try a command three times, consumers wait forever [S0.10]', () => {
  const { log } = recordLog<Logger>()
  const tries = (['producer', 'cache', 'consumer'] as const).map((role) => {
    const redis = connectRedis(CLOSED_PORT, role, log)
    redis.disconnect()
    return redis.options.maxRetriesPerRequest
  })
  expect(tries).toEqual([3, 3, null])
})
