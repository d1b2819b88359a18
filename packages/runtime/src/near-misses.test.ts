import { expect, it } from 'vitest'
import { nearMisses } from './near-misses.ts'

const NAMES = ['PORT', 'HOST', 'REDIS_URL', 'MONGODB_URL', 'DATA_DIR', 'WORKER_CONCURRENCY']

it.each([
  ['MONGO_URL', 'MONGODB_URL'],
  ['MONGODB_URI', 'MONGODB_URL'],
  ['DATADIR', 'DATA_DIR'],
  ['WORKER_CONCURENCY', 'WORKER_CONCURRENCY'],
  ['redis_url', 'REDIS_URL'],
])('%s is similar to %s', (given, meant) => {
  expect(nearMisses(NAMES, { [given]: 'x' })).toEqual([
    `${given} is not a setting of Darkroom and is ignored. Did you mean ${meant}?`,
  ])
})

it('ignores settings, unrelated names and names that are too short', () => {
  expect(
    nearMisses(NAMES, { REDIS_URL: '', HOME: '', PATH: '', SORT: '', MONGO_PASSWORD: '', DATABASE_URL: '' }),
  ).toEqual([])
})
