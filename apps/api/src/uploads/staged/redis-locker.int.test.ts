import { uniquePrefix, until } from '@darkroom/testing'
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { forgetKeys, openRedis } from '../../../test/start-test-api.ts'
import { RedisLocker } from './redis-locker.ts'

const prefix = uniquePrefix('locker')
const { signal } = new AbortController()

let redis: Redis
beforeAll(async () => {
  redis = await openRedis()
})
afterAll(async () => {
  await forgetKeys(redis, `${prefix}*`)
  redis.disconnect()
})

/** As in two processes. */
const lockers = (waitMs?: number) =>
  [new RedisLocker(redis, prefix, waitMs), new RedisLocker(redis, prefix, waitMs)] as const

it('a request gets the lock of an upload as soon as the other one has ended, which it is asked to do', async () => {
  const [here, there] = lockers()
  const [first, second] = [here.newLock('a'), there.newLock('a')]
  await first.lock(signal, () => first.unlock())
  // Another upload is not affected.
  const other = there.newLock('b')
  await other.lock(signal, () => {})
  await second.lock(signal, () => {})
  await first.unlock()
  expect(await redis.exists(`${prefix}upload:a`)).toBe(1)
  await Promise.all([second.unlock(), other.unlock()])
  expect(await redis.exists(`${prefix}upload:a`, `${prefix}upload:b`)).toBe(0)
})

it('UPLOAD_LOCKED if the other request does not end', async () => {
  const [here, there] = lockers(1500)
  const first = here.newLock('c')
  let asked = 0
  await first.lock(signal, () => void asked++)
  await expect(there.newLock('c').lock(signal, () => {})).rejects.toMatchObject({ code: 'UPLOAD_LOCKED' })
  await until(() => asked > 0, { what: 'the first request to be asked' })
  await first.unlock()
})

it('the lock of a dead process is waited for', async () => {
  await redis.set(`${prefix}upload:d`, 'dead', 'PX', 700)
  const lock = lockers()[0].newLock('d')
  await expect(lock.lock(signal, () => {})).resolves.toBeUndefined()
  await lock.unlock()
})

it('uploads continue while Redis is away', async () => {
  const away = redis.duplicate({ lazyConnect: true, enableOfflineQueue: false })
  const lock = new RedisLocker(away, prefix).newLock('e')
  await expect(lock.lock(signal, () => {})).resolves.toBeUndefined()
  await lock.unlock()
  away.disconnect()
})
