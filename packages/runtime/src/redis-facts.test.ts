import { expect, it } from 'vitest'
import { queueRedisWarnings, type RedisFacts } from './redis-facts.ts'

const right: RedisFacts = {
  version: '7.2.0',
  maxmemoryPolicy: 'noeviction',
  appendOnly: true,
  usedBytes: 1,
  maxBytes: 0,
}

it('accepts a Redis that keeps its data', () => {
  expect(queueRedisWarnings(right)).toEqual([])
})

it('warns of eviction and of missing persistence', () => {
  expect(queueRedisWarnings({ ...right, maxmemoryPolicy: 'allkeys-lru' })).toEqual([
    expect.stringMatching(/allkeys-lru.*noeviction/),
  ])
  expect(queueRedisWarnings({ ...right, appendOnly: false })).toEqual([expect.stringMatching(/appendonly yes/)])
})

it('warns of a Redis that is nearly full', () => {
  expect(queueRedisWarnings({ ...right, usedBytes: 79, maxBytes: 100 })).toEqual([])
  expect(queueRedisWarnings({ ...right, usedBytes: 81, maxBytes: 100 })).toEqual([
    expect.stringMatching(/nearly full \(81 %/),
  ])
})

it('ignores what a server does not report', () => {
  expect(queueRedisWarnings({ ...right, maxmemoryPolicy: undefined, appendOnly: undefined })).toEqual([])
})
