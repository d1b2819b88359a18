import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { EnvError, envInteger, parseEnv } from './parse-env.ts'
import { reconnectDelayMs, redisEnv, redisUrl } from './redis.ts'

const schema = z.object({ ...redisEnv, PORT: envInteger(3000, 1, 65_535) })

describe('parseEnv', () => {
  it('uses the defaults, also for empty values', () => {
    expect(parseEnv(schema, { PORT: '' })).toMatchObject({ PORT: 3000, REDIS_PORT: 6379 })
  })

  it('lists all errors at once, without the values', () => {
    const read = () => parseEnv(schema, { PORT: 'many', REDIS_PORT: '99999', REDIS_URL: 'http://:secret@x' })
    expect(read).toThrow(EnvError)
    expect(read).toThrow(/PORT: must be a whole number[^]*REDIS_URL|REDIS_URL[^]*PORT/)
    expect(read).not.toThrow(/secret/)
  })
})

describe('redisUrl', () => {
  it('is localhost:6379, database 0, by default [S0.10]', () => {
    expect(redisUrl(parseEnv(schema, {}))).toBe('redis://localhost:6379/0')
  })

  it('prefers the URL', () => {
    expect(redisUrl(parseEnv(schema, { REDIS_URL: 'redis://a:1/2', REDIS_HOST: 'b' }))).toBe('redis://a:1/2')
  })

  it('combines the single settings and escapes the password [S2.1]', () => {
    expect(redisUrl(parseEnv(schema, { REDIS_PASSWORD: 'p@ss/word', REDIS_DB: '3' }))).toBe(
      'redis://:p%40ss%2Fword@localhost:6379/3',
    )
  })
})

it('reconnects 50 ms later each time, at most after 2 s [S1.6]', () => {
  expect([1, 2, 10, 40, 1000].map(reconnectDelayMs)).toEqual([50, 100, 500, 2000, 2000])
})
