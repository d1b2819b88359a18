import { availableParallelism } from 'node:os'
import { expect, onTestFinished, test, vi } from 'vitest'
import { childEnv, defaultConcurrency, loadWorkerConfig, memoryBytes } from './env.ts'

test('a child gets what a program needs to start, and no secret', () => {
  const env = childEnv({
    PATH: '/bin',
    REDIS_URL: 'redis://:secret@host',
    REDIS_PASSWORD: 'secret',
    MONGODB_URL: 'secret',
    NODE_OPTIONS: '--inspect',
  })
  expect(env).toEqual({ PATH: '/bin', MALLOC_ARENA_MAX: '2', UV_THREADPOOL_SIZE: '4' })
})

test('by default a worker does a job for each core, as far as the memory goes', () => {
  const GIB = 1024 ** 3
  expect(defaultConcurrency(8, 64 * GIB)).toBe(8)
  expect(defaultConcurrency(8, GIB)).toBe(3)
  expect(defaultConcurrency(1, 64 * GIB)).toBe(1)
  expect(defaultConcurrency(8, GIB / 8)).toBe(1)
})

test('what is not set is made of this machine, and what is set is taken', () => {
  onTestFinished(() => void vi.unstubAllEnvs())
  for (const name of ['WORKER_CONCURRENCY', 'IMAGE_MAX_PIXELS']) vi.stubEnv(name, '')
  expect(loadWorkerConfig()).toMatchObject({
    concurrency: defaultConcurrency(availableParallelism(), memoryBytes()),
    imageMaxPixels: 50_000_000,
  })
  vi.stubEnv('WORKER_CONCURRENCY', '7')
  vi.stubEnv('IMAGE_MAX_PIXELS', '1234')
  expect(loadWorkerConfig()).toMatchObject({ concurrency: 7, imageMaxPixels: 1234 })
})
