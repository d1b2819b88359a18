// If the API accepted a setting that a worker rejects, or vice versa, only one of them would start.
import { expect, it } from 'vitest'
import { apiEnv } from '../apps/api/src/env.ts'
import { imageWorkerEnv } from '../apps/image-worker/src/env.ts'
import { parseEnv } from '../packages/runtime/src/index.ts'

const VALUES = [
  '',
  ' ',
  'a',
  'a.b',
  'a:b',
  'a b',
  'a/b',
  'a-b_1',
  'ä',
  'x'.repeat(65),
  '-1',
  '0',
  '1.5',
  '70000',
  '1e30',
]
const LEVELS = ['info', 'INFO', 'verbose']
const URLS = ['redis://:pass@host:1/2', 'rediss://host', 'http://host', 'host:6379']

const shared = Object.keys(apiEnv.shape).filter((name) => name in imageWorkerEnv.shape)
const schemas = { api: apiEnv, worker: imageWorkerEnv }

it.each(shared)('%s means the same to the API and to a worker', (name) => {
  for (const value of [...VALUES, ...LEVELS, ...URLS])
    expect([value, read('worker', name, value)]).toEqual([value, read('api', name, value)])
})

it.each(['QUEUE_NAME', 'REDIS_NAMESPACE'])('%s is valid in a Redis key and a URL path', (name) => {
  for (const value of ['a', 'a-b_1', 'x'.repeat(64)]) expect(read('worker', name, value)).toBe(value)
  for (const value of [' ', 'a.b', 'a:b', 'a b', 'a/b', 'ä', 'x'.repeat(65)])
    expect(read('worker', name, value)).toMatch(`${name}: must be`)
})

/** The parsed value, or the reason why the process does not start. */
function read(app: keyof typeof schemas, name: string, value: string): unknown {
  try {
    return Object.entries(parseEnv(schemas[app], { [name]: value })).find(([key]) => key === name)?.[1]
  } catch (error) {
    return String(error)
  }
}
