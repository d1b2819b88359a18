// How long an upload waits for its 202 while workers use all cores, relative to no workers.
// Options: --rounds 5 --seconds 6 --everyMs 25
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { LocalServices } from '@darkroom/local-services'
import { createInstallation } from '../test/e2e/support/installation.ts'
import { figureOf, percentile, type Benchmark } from './support/benchmark.ts'
import { startHelper } from './support/helper-process.ts'
import type { HttpLoad, HttpLoadOrder } from './support/http-load.ts'
import { wholeNumbers } from './support/options.ts'
import { benchPhotos } from './support/photos.ts'
import { BENCH_FOLDER, storesOf, withServices } from './support/services.ts'
import { calmNote, countingRounds, undisturbedRounds } from './support/undisturbed.ts'

interface Measure {
  p50: number
  p99: number
  uploads: number
}

type Measures = Record<'idle' | 'saturated', Measure>

const CONNECTIONS = 16
const WARM_UP_MS = 1000
const PHOTOS = 20

export const benchmark: Benchmark = {
  async run(args) {
    const { rounds: wanted, ...options } = wholeNumbers(args, { rounds: 5, seconds: 6, everyMs: 25 })
    const { files, source } = await benchPhotos(PHOTOS, join(BENCH_FOLDER, 'photos'))
    return withServices(async (services) => {
      const rounds = await undisturbedRounds(wanted, () => measureRound(services, files, options))
      const counting = countingRounds(rounds).map(({ measures }) => measures)
      return {
        figures: [
          figureOf(
            'p99 of the time to a 202 while workers use all cores, relative to no workers',
            counting.map(({ idle, saturated }) => saturated.p99 / idle.p99),
            'x',
            { atMost: 3, goal: 2 },
          ),
          figureOf(
            'the same p99, absolute',
            counting.map(({ saturated }) => saturated.p99),
            'ms',
            { atMost: 100, goal: 50 },
          ),
        ],
        notes: rounds.map(
          ({ measures, calm }) =>
            `${describe('idle', measures.idle)}; ${describe('saturated', measures.saturated)}${calmNote(calm)}`,
        ),
        details: { options, source, stores: storesOf(services), rounds },
      }
    })
  },
}

/** The uploads without workers are the backlog that keeps the workers busy afterwards. */
async function measureRound(
  { redis, mongo }: LocalServices,
  files: readonly string[],
  { seconds, everyMs }: { seconds: number; everyMs: number },
): Promise<Measures> {
  const darkroom = await createInstallation({ redisUrl: redis.url, mongoUrl: mongo.url })
  const client = startHelper('http-load.ts')
  try {
    const api = await darkroom.api()
    const requests = files.map((file, index) => ({
      path: '/api/v1/tasks',
      upload: { file, name: `photo ${index}.jpg` },
    }))
    const order: HttpLoadOrder = {
      port: api.port,
      connections: CONNECTIONS,
      ms: WARM_UP_MS,
      everyMs,
      requests,
      status: 202,
    }
    await client.ask<HttpLoad>(order)
    const idle = await client.ask<HttpLoad>({ ...order, ms: seconds * 1000 })
    await darkroom.worker('worker', { env: { WORKER_CONCURRENCY: String(availableParallelism()) } })
    await client.ask<HttpLoad>(order)
    const saturated = await client.ask<HttpLoad>({ ...order, ms: seconds * 1000 })
    if ((await darkroom.tasks.countDocuments({ status: 'pending' })) === 0)
      throw new Error('The workers ran out of jobs: upload more.')
    return { idle: summaryOf(idle), saturated: summaryOf(saturated) }
  } finally {
    await client.stop()
    await darkroom.stop()
  }
}

const summaryOf = ({ latenciesMs, count }: HttpLoad): Measure => ({
  p50: percentile(latenciesMs, 50),
  p99: percentile(latenciesMs, 99),
  uploads: count,
})

const describe = (name: string, { p50, p99, uploads }: Measure): string =>
  `${name}: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms of ${uploads} uploads`
