// CPU time of API and worker for a photo with every request traced, relative to tracing off, which
// loads nothing. The two alternate. Options: --rounds 5 --photos 100 --uploads 8
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { LocalServices } from '@darkroom/local-services'
import { createInstallation } from '../test/e2e/support/installation.ts'
import { startTraceCollector } from '../test/e2e/support/trace-collector.ts'
import { figureOf, type Benchmark } from './support/benchmark.ts'
import { startHelper } from './support/helper-process.ts'
import { inTurns } from './support/in-turns.ts'
import { loadOrderOf } from './support/load-order.ts'
import { measureLoad, toLoadText, type LoadMeasure } from './support/measure-load.ts'
import { wholeNumbers } from './support/options.ts'
import { benchPhotos } from './support/photos.ts'
import { BENCH_FOLDER, storesOf, withServices } from './support/services.ts'
import { calmNote, countingRounds, undisturbedRounds } from './support/undisturbed.ts'

interface Load {
  files: readonly string[]
  uploads: number
}

const WARM_UP_PHOTOS = 60
const CORES = availableParallelism()

export const benchmark: Benchmark = {
  async run(args) {
    const { rounds: wanted, photos, uploads } = wholeNumbers(args, { rounds: 5, photos: 100, uploads: 8 })
    const { files, source } = await benchPhotos(photos, join(BENCH_FOLDER, 'photos'))
    return withServices(async (services) => {
      const collector = await startTraceCollector()
      try {
        const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }
        const measure = (env: NodeJS.ProcessEnv) => measureService(services, env, { files, uploads })
        const rounds = await undisturbedRounds(wanted, async (round) => {
          const [off, on] = await inTurns(
            round,
            () => measure({}),
            () => measure(traced),
          )
          return { off, on }
        })
        const counting = countingRounds(rounds).map(({ measures }) => measures)
        return {
          figures: [
            figureOf(
              'CPU time of a photo with every request traced, relative to tracing off',
              counting.map(({ off, on }) => cpuMs(on) / cpuMs(off)),
              'x',
              { atMost: 1.6, goal: 1.3 },
            ),
            figureOf(
              'in CPU time',
              counting.map(({ off, on }) => cpuMs(on) - cpuMs(off)),
              'ms',
            ),
          ],
          notes: [
            ...rounds.map(
              ({ measures: { off, on }, calm }) =>
                `${toLoadText('off', off)}; ${toLoadText('on', on)}${calmNote(calm)}`,
            ),
            `${collector.spans.length} spans received`,
          ],
          details: { options: { photos, uploads, source, concurrency: CORES, stores: storesOf(services) }, rounds },
        }
      } finally {
        await collector.stop()
      }
    })
  },
}

async function measureService(
  { redis, mongo }: LocalServices,
  tracing: NodeJS.ProcessEnv,
  { files, uploads }: Load,
): Promise<LoadMeasure> {
  const darkroom = await createInstallation({ redisUrl: redis.url, mongoUrl: mongo.url }, tracing)
  const client = startHelper('load-generator.ts')
  try {
    const env = { WORKER_CONCURRENCY: String(CORES) }
    const [api, worker] = await Promise.all([darkroom.api(), darkroom.worker('worker', { env })])
    const order = loadOrderOf(darkroom, api.url, uploads)
    await client.ask({ ...order, files: files.slice(0, WARM_UP_PHOTOS), label: 'warm-up' })
    return await measureLoad(files, { api: api.pid, worker: worker.pid }, () =>
      client.ask<number>({ ...order, files, label: 'photos' }),
    )
  } finally {
    await client.stop()
    await darkroom.stop()
  }
}

const cpuMs = ({ cpuMsPerPhoto: { api = Number.NaN, worker = Number.NaN } }: LoadMeasure): number => api + worker
