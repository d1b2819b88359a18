import { recordLog, until } from '@darkroom/testing'
import { expect, inject, it } from 'vitest'
import type { Logger } from './logger.ts'
import { connectRedis } from './redis.ts'

const CLOSED_PORT = 'redis://127.0.0.1:1'

it('a connection is logged, and an outage once, not once a try', async () => {
  const { log, lines } = recordLog<Logger>()
  const redis = connectRedis(inject('redisUrl'), 'producer', log)
  await until(() => lines.some(({ level, message, role }) => level === 'debug' && message === 'Redis is connected' && role === 'producer'))
  redis.disconnect()

  const tries = recordLog<Logger>()
  const away = connectRedis(CLOSED_PORT, 'cache', tries.log)
  let reconnects = 0
  away.on('reconnecting', () => reconnects++)
  await until(() => reconnects >= 3, { what: 'three tries' })
  away.disconnect()
  expect(tries.lines).toMatchObject([{ level: 'warn', message: 'Redis is not reachable', role: 'cache', err: { code: 'ECONNREFUSED' } }])
})

it('who produces or caches tries a command three times, who works waits for ever', () => {
  const { log } = recordLog<Logger>()
  const tries = (['producer', 'cache', 'consumer'] as const).map((role) => {
    const redis = connectRedis(CLOSED_PORT, role, log)
    redis.disconnect()
    return redis.options.maxRetriesPerRequest
  })
  expect(tries).toEqual([3, 3, null])
})
