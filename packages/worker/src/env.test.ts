import { expect, test } from 'vitest'
import { childEnv, defaultConcurrency } from './env.ts'

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
  const slotBytes = 0.3 * GIB
  expect(defaultConcurrency(slotBytes, 8, 64 * GIB)).toBe(8)
  expect(defaultConcurrency(slotBytes, 8, GIB)).toBe(3)
  expect(defaultConcurrency(slotBytes, 1, 64 * GIB)).toBe(1)
  expect(defaultConcurrency(slotBytes, 8, GIB / 8)).toBe(1)
})
