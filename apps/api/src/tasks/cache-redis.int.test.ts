import type { Task, TaskPage } from '@darkroom/contracts'
import { sampleJpeg, until } from '@darkroom/testing'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { openRedis, startTestApi, type TestApi } from '../../test/start-test-api.ts'
import type { Redis } from 'ioredis'

let api: TestApi
let cache: Redis
let task: Task

/** A Redis database that no other test uses, because it is emptied. */
const cacheUrl = (): string => Object.assign(new URL(inject('redisUrl')), { pathname: '/11' }).href

beforeAll(async () => {
  api = await startTestApi({ REDIS_CACHE_URL: cacheUrl() })
  cache = await openRedis(cacheUrl())
  task = (await api.upload(await sampleJpeg({ width: 64, height: 48 }))).body as Task
  await until(() => api.queue.find(task.id, 1), { what: 'the job' })
})
afterAll(async () => {
  cache.disconnect()
  await api.stop()
})

it('with REDIS_CACHE_URL the cache has its own Redis; flushing it affects no job and no response [S1.13]', async () => {
  const read = async () => [
    ((await api.request(`/api/v1/tasks/${task.id}`)).body as Task).id,
    ((await api.request('/api/v1/tasks')).body as TaskPage).total,
  ]
  expect(await read()).toEqual([task.id, 1])
  const isCacheKey = (key: string): boolean => /:(task|tasks):/.test(key)
  await until(async () => (await cache.keys('*')).filter(isCacheKey).length >= 3, { what: 'the cached responses' })
  expect((await cache.keys('*')).filter((key) => key.includes(':bull:'))).toEqual([])
  expect((await api.redis.keys(`${api.env.REDIS_NAMESPACE}:*`)).filter(isCacheKey)).toEqual([])

  await cache.flushdb()
  expect(await read()).toEqual([task.id, 1])
  expect(await api.queue.find(task.id, 1)).toBeDefined()
  expect((await api.queue.counts()).prioritized).toBe(1)
})
