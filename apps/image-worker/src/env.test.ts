import { expect, test } from 'vitest'
import { childEnv } from './env.ts'

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
