// The cost of one task beyond a bare job of the queue, in commands to the stores and in writes that
// must reach the disk. These are counts, not times: they are the same on every machine, and a test
// checks them.
import { startOwnStores } from '../test/e2e/support/own-stores.ts'
import { figureOf, type Benchmark } from './support/benchmark.ts'
import { sumOf, type Counts } from './support/count-redis.ts'
import { measureBareJob, measureTaskCosts } from './support/task-costs.ts'

export const benchmark: Benchmark = {
  async run() {
    const stores = await startOwnStores()
    try {
      const costs = await measureTaskCosts(stores)
      const bareJob = await measureBareJob(stores.redisUrl)
      const redis = sumOf(costs.redis) - sumOf(bareJob)
      const { syncs, bytes } = costs
      return {
        figures: [
          figureOf('Redis commands per task, beyond a bare job', [redis], '', { atMost: 8, goal: 5 }),
          figureOf('MongoDB commands per task', [sumOf(costs.mongo)], '', { atMost: 5, goal: 3 }),
          ...(syncs ? [figureOf('fsyncs per task', [syncs.api + syncs.worker], '')] : []),
          ...(bytes
            ? [figureOf('bytes written to disk, relative to the size of its files', [bytes.written / bytes.files], 'x')]
            : []),
        ],
        notes: [
          `Redis: ${listOf(costs.redis)}; the bare job: ${listOf(bareJob)}`,
          `MongoDB: ${listOf(costs.mongo)}`,
          syncs
            ? `fsyncs: API ${syncs.api}, worker ${syncs.worker}`
            : 'fsyncs could not be counted: strace is not available',
          bytes
            ? `bytes: ${bytes.written} written in whole pages, ${bytes.files} in its four files`
            : 'bytes written could not be counted',
        ],
        details: { costs, bareJob },
      }
    } finally {
      await stores.stop()
    }
  },
}

const listOf = (counts: Counts): string =>
  Object.entries(counts)
    .map(([name, times]) => `${name} ${times}`)
    .join(', ')
