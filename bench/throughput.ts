// Photos per second through the complete service, from the first upload to the last task that is
// completed in the database, relative to two bare sharp loops over the same files on the same
// cores: one with two pipelines per photo, the usual way to write it, and one that decodes once for
// both sizes. Options: --rounds 5 --photos 200 --uploads 8
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { startLocalServices, type LocalServices } from '@darkroom/local-services'
import { createInstallation } from '../test/e2e/support/installation.ts'
import type { BareLoopOrder } from './support/bare-loop.ts'
import { figureOf, type Benchmark, type BenchmarkResult } from './support/benchmark.ts'
import { startHelper } from './support/helper-process.ts'
import { loadOrderOf } from './support/load-order.ts'
import { measureLoad, toLoadText, type LoadMeasure } from './support/measure-load.ts'
import { wholeNumbers } from './support/options.ts'
import { benchPhotos } from './support/photos.ts'
import { CALM, undisturbedRounds, type Round } from './support/undisturbed.ts'

type Measures = Record<'service' | 'bare' | 'bareOnce', LoadMeasure>

const TWO_PIPELINES = { atLeast: 0.95, goal: 1.25 }
const DECODE_ONCE = { atLeast: 0.85, goal: 0.93 }
/** About five seconds, so that both sides run compiled code before the clock starts. */
const WARM_UP_PHOTOS = 160
const ROOT = join(import.meta.dirname, '..')
const FOLDER = join(ROOT, '.darkroom', 'bench')
const cores = availableParallelism()

export const benchmark: Benchmark = {
  async run(args) {
    const { rounds, photos, uploads } = wholeNumbers(args, { rounds: 5, photos: 200, uploads: 8 })
    const { files, source } = await benchPhotos(photos, join(FOLDER, 'photos'))
    const services = await startLocalServices({
      folder: join(FOLDER, 'services'),
      fresh: true,
      durable: false,
      log: (line) => console.error(line),
    })
    try {
      const measured = await undisturbedRounds(rounds, async (round) => {
        const measures = {
          service: await measureService(services, files, uploads),
          bare: await measureBareLoop(files),
          bareOnce: await measureBareLoop(files, { decodeOnce: true }),
        }
        console.error(`round ${round}: ${figures(measures)}`)
        return measures
      })
      const stores = { redis: services.redis.description, mongo: services.mongo.description }
      return resultOf(measured, { rounds, photos, uploads, source, concurrency: cores, stores })
    } finally {
      await services.stop()
    }
  },
}

/**
 * A fresh database, data folder, API and worker; uploads come from a separate process, whose CPU
 * time is the client's.
 */
async function measureService(
  services: LocalServices,
  files: readonly string[],
  uploads: number,
): Promise<LoadMeasure> {
  const darkroom = await createInstallation({ redisUrl: services.redis.url, mongoUrl: services.mongo.url })
  const client = startHelper('load-generator.ts')
  try {
    const [api, worker] = await Promise.all([
      darkroom.api(),
      darkroom.worker('worker', { env: { WORKER_CONCURRENCY: String(cores) } }),
    ])
    const order = loadOrderOf(darkroom, api.url, uploads)
    await client.ask({ ...order, files: files.slice(0, WARM_UP_PHOTOS), label: 'warm-up' })
    const trees = {
      api: api.pid,
      worker: worker.pid,
      redis: services.redis.pid,
      mongo: services.mongo.pid,
      client: client.pid,
    }
    return await measureLoad(files, trees, () => client.ask<number>({ ...order, files, label: 'photo' }))
  } finally {
    await client.stop()
    await darkroom.stop()
  }
}

async function measureBareLoop(files: readonly string[], { decodeOnce = false } = {}): Promise<LoadMeasure> {
  const outFolder = await mkdtemp(join(tmpdir(), 'bare-loop-'))
  const loop = startHelper('bare-loop.ts')
  try {
    const order: Omit<BareLoopOrder, 'files'> = { outFolder, concurrency: cores, decodeOnce }
    await loop.ask({ ...order, files: files.slice(0, WARM_UP_PHOTOS) })
    return await measureLoad(files, { loop: loop.pid }, () => loop.ask<number>({ ...order, files }))
  } finally {
    await loop.stop()
    await rm(outFolder, { recursive: true, force: true })
  }
}

function resultOf(rounds: readonly Round<Measures>[], options: object): BenchmarkResult {
  const ratiosTo = (side: 'bare' | 'bareOnce'): number[] =>
    rounds.map(({ measures }) => measures.service.photosPerSecond / measures[side].photosPerSecond)
  return {
    figures: [
      figureOf(
        'photos per second, relative to a bare sharp loop with two pipelines per photo',
        ratiosTo('bare'),
        'x',
        TWO_PIPELINES,
      ),
      figureOf(
        'photos per second, relative to a bare sharp loop that decodes once',
        ratiosTo('bareOnce'),
        'x',
        DECODE_ONCE,
      ),
    ],
    notes: rounds.map(
      ({ measures, calm }) =>
        `${figures(measures)}; canary ${(calm * 100).toFixed(0)} %${calm < CALM ? ', DISTURBED: does not count' : ''}`,
    ),
    details: { options, rounds },
  }
}

function figures({ service, bare, bareOnce }: Measures): string {
  return [toLoadText('service', service), toLoadText('bare', bare), toLoadText('decoding once', bareOnce)].join('; ')
}
