import { imageOptimize } from '@darkroom/contracts'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { childEnv, defaultConcurrency, workerConfig, workerEnv } from './env.ts'

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

test("a worker takes its kind's queue, unless it is told another", () => {
  const env = z.object(workerEnv(imageOptimize, 1)).parse({ REDIS_NAMESPACE: 'mine' })
  const kind = { ...imageOptimize, queue: 'of-the-kind' }
  expect(workerConfig(env, kind).names).toMatchObject({ queue: 'of-the-kind', prefix: 'mine:bull' })
  expect(workerConfig({ ...env, QUEUE_NAME: 'another' }, kind).names.queue).toBe('another')
})
