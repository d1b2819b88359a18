// Time from the end of a run to its client: from the worker through the document to an event
// stream, at half of the load that the machine can handle, relative to the time in which a bare
// queue reports a job. Options: --rounds 5 --photos 80 --everyMs 75
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { LocalServices } from '@darkroom/local-services'
import { createInstallation } from '../test/e2e/support/installation.ts'
import type { BareEventsOrder } from './support/bare-job-events.ts'
import { figureOf, percentile, type Benchmark } from './support/benchmark.ts'
import { startHelper } from './support/helper-process.ts'
import { wholeNumbers } from './support/options.ts'
import { benchPhotos } from './support/photos.ts'
import { BENCH_FOLDER, storesOf, withServices } from './support/services.ts'
import type { FollowOrder } from './support/task-follower.ts'
import { calmNote, countingRounds, undisturbedRounds } from './support/undisturbed.ts'

type Lags = Record<'service' | 'bare', { p50: number; p95: number }>

const BARE_JOBS = 200
const BARE_EVERY_MS = 5
const WARM_UP = 10

export const benchmark: Benchmark = {
  async run(args) {
    const { rounds: wanted, photos, everyMs } = wholeNumbers(args, { rounds: 5, photos: 80, everyMs: 75 })
    const { files, source } = await benchPhotos(photos, join(BENCH_FOLDER, 'photos'))
    return withServices(async (services) => {
      const rounds = await undisturbedRounds(wanted, () => measureRound(services, files, everyMs))
      const counting = countingRounds(rounds).map(({ measures }) => measures)
      return {
        figures: [
          figureOf(
            'p50 of the time from the end of a run to its client, relative to a bare queue from a job to its completion',
            counting.map(({ service, bare }) => service.p50 / bare.p50),
            'x',
            { atMost: 6, goal: 3 },
          ),
          figureOf(
            'p95 of the time from the end of a run to its client',
            counting.map(({ service }) => service.p95),
            'ms',
            { atMost: 50, goal: 20 },
          ),
        ],
        notes: rounds.map(
          ({ measures: { service, bare }, calm }) =>
            `${describe('service', service)}; ${describe('bare', bare)}${calmNote(calm)}`,
        ),
        details: { options: { photos, everyMs }, source, stores: storesOf(services), rounds },
      }
    })
  },
}

async function measureRound({ redis, mongo }: LocalServices, files: readonly string[], everyMs: number): Promise<Lags> {
  const darkroom = await createInstallation({ redisUrl: redis.url, mongoUrl: mongo.url })
  const helpers = ['task-follower.ts', 'bare-job-worker.ts', 'bare-job-events.ts'].map((file) => startHelper(file))
  const [client, bareWorker, bareEvents] = helpers as [(typeof helpers)[0], (typeof helpers)[0], (typeof helpers)[0]]
  try {
    const api = await darkroom.api()
    await darkroom.worker('worker', { env: { WORKER_CONCURRENCY: String(availableParallelism()) } })
    const order: FollowOrder = { files, apiUrl: api.url, everyMs }
    await client.ask({ ...order, files: files.slice(0, WARM_UP) })
    const service = await client.ask<number[]>(order)
    const bare = { redisUrl: darkroom.redisUrl, queue: 'bare', prefix: `${darkroom.namespace}:bare` }
    await bareWorker.ask(bare)
    const bareOrder: BareEventsOrder = { ...bare, jobs: BARE_JOBS, everyMs: BARE_EVERY_MS }
    return { service: summaryOf(service), bare: summaryOf(await bareEvents.ask<number[]>(bareOrder)) }
  } finally {
    await Promise.all(helpers.map((helper) => helper.stop()))
    await darkroom.stop()
  }
}

const summaryOf = (lags: number[]) => ({ p50: percentile(lags, 50), p95: percentile(lags, 95) })

const describe = (name: string, { p50, p95 }: { p50: number; p95: number }): string =>
  `${name}: p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`
