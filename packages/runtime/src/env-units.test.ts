import { expect, test } from 'vitest'
import { z } from 'zod'
import { envInteger, parseEnv } from './parse-env.ts'

const schema = z.object({
  MOST_BYTES: envInteger(1, 0),
  WAIT_MS: envInteger(1, 0),
  TTL_SECONDS: envInteger(1, 0),
  PORT: envInteger(3000, 1),
})

test.each([
  ['MOST_BYTES', '50MiB', 52_428_800],
  ['MOST_BYTES', '1.5 GiB', 1_610_612_736],
  ['MOST_BYTES', '50MB', 50_000_000],
  ['MOST_BYTES', '0.1kB', 100],
  ['MOST_BYTES', '1000', 1000],
  ['WAIT_MS', '30s', 30_000],
  ['WAIT_MS', '1.1s', 1100],
  ['WAIT_MS', '250ms', 250],
  ['WAIT_MS', '250', 250],
  ['TTL_SECONDS', '7d', 604_800],
  ['TTL_SECONDS', '90min', 5400],
  ['TTL_SECONDS', '2000ms', 2],
] as const)('%s=%s is %d', (name, text, value) => {
  expect(parseEnv(schema, { [name]: text })[name]).toBe(value)
})

test.each([
  ['MOST_BYTES', '50M', 'MOST_BYTES: must be a whole number (bytes, or like 50MiB)'],
  ['MOST_BYTES', '30s', 'MOST_BYTES: must be a whole number (bytes, or like 50MiB)'],
  ['WAIT_MS', '30 sec', 'WAIT_MS: must be a whole number (milliseconds, or like 30s)'],
  ['TTL_SECONDS', '1ms', 'TTL_SECONDS: must be a whole number (seconds, or like 7d)'],
  ['TTL_SECONDS', '1constructor', 'TTL_SECONDS: must be a whole number (seconds, or like 7d)'],
  ['PORT', '3s', 'PORT: must be a whole number'],
])('%s=%s is refused', (name, text, message) => {
  expect(() => parseEnv(schema, { [name]: text })).toThrow(expect.objectContaining({ faults: [message] }))
})
