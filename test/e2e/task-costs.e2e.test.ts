import { afterAll, beforeAll, expect, test } from 'vitest'
import { measureBareJob, measureTaskCosts, type TaskCosts } from '../../bench/support/task-costs.ts'
import { startOwnStores, type OwnStores } from './support/own-stores.ts'

let stores: OwnStores
let costs: TaskCosts

beforeAll(async () => {
  stores = await startOwnStores()
  costs = await measureTaskCosts(stores)
})
afterAll(() => stores.stop())

// Counts do not depend on the machine: whoever adds a round trip to every task changes these lines,
// and says why.
test('a task costs so many commands to Redis', () => {
  expect(costs.redis).toEqual({
    // New generations for what is cached: when it is made and when it ends.
    eval: 2,
    // Of the queue: add, take, end, and a look for the next one.
    evalsha: 4,
    'publish task.created': 1,
    'publish task.processing': 1,
    'publish task.progress': 1,
    'publish task.completed': 1,
  })
})

test('a bare job of the queue costs what the queue costs a task', async () => {
  expect(await measureBareJob(stores.redisUrl)).toEqual({ evalsha: costs.redis['evalsha'] })
})

test('a task costs so many commands to MongoDB', () => {
  // Made and ended: that its job was sent and that it began is noted with its end.
  expect(costs.mongo).toEqual({ insert: 1, findAndModify: 1 })
})

test('a task has so many things put on the disk for good', (context) => {
  if (!costs.syncs) return context.skip('There is no strace here that may be used: fsyncs are not counted.')
  // The original, the folder it gets and that folder's own; two variants with a folder each, and
  // the folder of their name.
  expect(costs.syncs).toEqual({ api: 3, worker: 7 })
})

test('a task writes each of its files to the disk once', (context) => {
  if (!costs.bytes) return context.skip('What processes write to the disk cannot be read here.')
  const { written, files, smallest } = costs.bytes
  expect(written).toBeGreaterThanOrEqual(files)
  // A page that is only begun when a busy disk fetches it is written again, but that is less than
  // any file has.
  expect(written - files).toBeLessThan(smallest)
})
