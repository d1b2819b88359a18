import { imageOptimize } from '@darkroom/contracts'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { childEnv, defaultConcurrency, workerConfig, workerEnv } from './env.ts'

test('a child gets only what a program needs to start, and no secrets', () => {
  const env = childEnv({
    PATH: '/bin',
    TMP: '/big/tmp',
    REDIS_URL: 'redis://:secret@host',
    REDIS_PASSWORD: 'secret',
    MONGODB_URL: 'secret',
    NODE_OPTIONS: '--inspect',
  })
  expect(env).toEqual({ PATH: '/bin', TMP: '/big/tmp', MALLOC_ARENA_MAX: '2', UV_THREADPOOL_SIZE: '4' })
})

test('by default a worker runs one job per core, if there is enough memory', () => {
  const GIB = 1024 ** 3
  const slotBytes = 0.3 * GIB
  expect(defaultConcurrency(slotBytes, 8, 64 * GIB)).toBe(8)
  expect(defaultConcurrency(slotBytes, 8, GIB)).toBe(3)
  expect(defaultConcurrency(slotBytes, 1, 64 * GIB)).toBe(1)
  expect(defaultConcurrency(slotBytes, 8, GIB / 8)).toBe(1)
})

test('a worker uses the queue of its kind, unless another is configured', () => {
  const env = z.object(workerEnv(imageOptimize)).parse({ REDIS_NAMESPACE: 'mine' })
  const kind = { ...imageOptimize, queue: 'of-the-kind' }
  expect(workerConfig(env, kind, 1).names).toMatchObject({ queue: 'of-the-kind', prefix: 'mine:bull' })
  expect(workerConfig({ ...env, QUEUE_NAME: 'another' }, kind, 1).names.queue).toBe('another')
})
