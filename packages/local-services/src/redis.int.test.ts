// What Darkroom requires of Redis, verified on whichever one was found.
import { Redis } from 'ioredis'
import { expect, inject, onTestFinished, test } from 'vitest'
import { serviceContext } from '../test/service-context.ts'
import { startRedis } from './start-redis.ts'

test('memory pressure causes an error, never a lost key, and every write is logged', async () => {
  const redis = connected(inject('redisUrl'))
  expect(await redis.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction'])
  expect(await redis.config('GET', 'appendonly')).toEqual(['appendonly', 'yes'])
  expect(await redis.config('GET', 'appendfsync')).toEqual(['appendfsync', 'everysec'])
})

test('writes survive a crash and an orderly restart', async ({ skip }) => {
  if (process.env['REDIS_URL']) skip('REDIS_URL names a server that is not ours to kill')
  const service = await startRedis(await serviceContext())
  onTestFinished(() => service.stop())
  const redis = connected(service.url)

  await redis.set('before the crash', 'yes')
  await service.kill?.('SIGKILL')
  await service.restart?.()
  expect(await redis.get('before the crash')).toBe('yes')

  await redis.set('before the restart', 'yes')
  await service.restart?.()
  expect(await redis.mget('before the crash', 'before the restart')).toEqual(['yes', 'yes'])
})

function connected(url: string): Redis {
  const redis = new Redis(url, { retryStrategy: () => 50 })
  redis.on('error', () => {}) // expected while the server is down
  onTestFinished(() => redis.disconnect())
  return redis
}
