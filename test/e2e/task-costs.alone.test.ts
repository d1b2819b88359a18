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

// Counts do not depend on the machine: a change that adds a round trip to every task has to change
// these lines, and say why.
test('Redis commands per task', () => {
  expect(costs.redis).toEqual({
    // A new cache generation at its creation, several at its end, and the turn of its job.
    set: 1,
    eval: 2,
    // Of the queue: add, take, finish, and look for the next one.
    evalsha: 4,
    'publish task.created': 1,
    'publish task.processing': 1,
    'publish task.progress': 1,
    'publish task.completed': 1,
  })
})

test('a bare job costs as much as the queue costs a task', async () => {
  expect(await measureBareJob(stores.redisUrl)).toEqual({ evalsha: costs.redis['evalsha'] })
})

test('MongoDB commands per task', () => {
  // Created and ended: its dispatch and its start are recorded together with its end.
  expect(costs.mongo).toEqual({ 'insert tasks': 1, 'findAndModify tasks': 1 })
})

test('fsyncs per task', (context) => {
  if (!costs.syncs) return context.skip('strace is not available: fsyncs are not counted.')
  // The original, its folder and the parent of that; two variants and a thumbnail with a folder
  // each, which the folder of their name gets one by one, and that folder.
  expect(costs.syncs).toEqual({ api: 3, worker: 10 })
})

test('each file of a task is written to disk once', (context) => {
  if (!costs.bytes) return context.skip('The bytes that processes write to disk cannot be read on this machine.')
  const { written, files, smallest } = costs.bytes
  expect(written).toBeGreaterThanOrEqual(files)
  // A page that is only partly filled when a busy disk writes it is written again, but that is less
  // than any file but the thumbnail.
  expect(written - files).toBeLessThan(smallest)
})
