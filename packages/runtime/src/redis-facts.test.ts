import { expect, it } from 'vitest'
import { queueRedisWarnings, type RedisFacts } from './redis-facts.ts'

const right: RedisFacts = {
  version: '7.2.0',
  maxmemoryPolicy: 'noeviction',
  appendOnly: true,
  usedBytes: 1,
  maxBytes: 0,
}

it('has nothing against a Redis that keeps what it is given', () => {
  expect(queueRedisWarnings(right)).toEqual([])
})

it('warns of one that evicts, and of one that forgets', () => {
  expect(queueRedisWarnings({ ...right, maxmemoryPolicy: 'allkeys-lru' })).toEqual([
    expect.stringMatching(/allkeys-lru.*noeviction/),
  ])
  expect(queueRedisWarnings({ ...right, appendOnly: false })).toEqual([expect.stringMatching(/appendonly yes/)])
})

it('warns of one that is nearly full', () => {
  expect(queueRedisWarnings({ ...right, usedBytes: 79, maxBytes: 100 })).toEqual([])
  expect(queueRedisWarnings({ ...right, usedBytes: 81, maxBytes: 100 })).toEqual([
    expect.stringMatching(/nearly full \(81 %/),
  ])
})

it('says nothing of what a server does not tell', () => {
  expect(queueRedisWarnings({ ...right, maxmemoryPolicy: undefined, appendOnly: undefined })).toEqual([])
})
