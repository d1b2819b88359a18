// Photos per second through the complete service with files in a bucket, relative to files on the
// disk; and the memory of API and worker before, in the middle of and after the photos. The two
// alternate. Options: --rounds 5 --photos 200 --uploads 8
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { LocalServices, S3Service } from '@darkroom/local-services'
import { uniqueName } from '@darkroom/testing'
import { createInstallation } from '../test/e2e/support/installation.ts'
import { figureOf, type Benchmark, type BenchmarkResult } from './support/benchmark.ts'
import { startHelper } from './support/helper-process.ts'
import { inTurns } from './support/in-turns.ts'
import { loadOrderOf } from './support/load-order.ts'
import { measureLoad, toLoadText, type LoadMeasure } from './support/measure-load.ts'
import { memoryMbOfTrees } from './support/memory.ts'
import { wholeNumbers } from './support/options.ts'
import { benchPhotos } from './support/photos.ts'
import { BENCH_FOLDER, storesOf, withServices } from './support/services.ts'
import { calmNote, countingRounds, undisturbedRounds, type Round } from './support/undisturbed.ts'

interface Memory {
  api: number
  worker: number
}

interface Measure {
  /** One per half of the photos. */
  halves: [LoadMeasure, LoadMeasure]
  /** In MB: after the warm-up, after half of the photos, after all. */
  memory: [Memory, Memory, Memory]
}

type Measures = Record<'disk' | 's3', Measure>

const SPEED = { atLeast: 0.6, goal: 0.8 }
const GROWTH = { atMost: 1.15, goal: 1 }
const WARM_UP_PHOTOS = 160
const CORES = availableParallelism()

export const benchmark: Benchmark = {
  async run(args) {
    const { rounds, photos, uploads } = wholeNumbers(args, { rounds: 5, photos: 200, uploads: 8 })
    const { files, source } = await benchPhotos(photos, join(BENCH_FOLDER, 'photos'))
    return withServices(
      async (services) => {
        const on = (s3: S3Service | undefined) => measureService(services, { files, uploads, s3 })
        const measured = await undisturbedRounds(rounds, async (round) => {
          const [disk, s3] = await inTurns(
            round,
            () => on(undefined),
            () => on(services.s3),
          )
          const measures = { disk, s3 }
          console.error(`round ${round}: ${toText(measures)}`)
          return measures
        })
        const stores = { ...storesOf(services), s3: services.s3?.description }
        return resultOf(measured, { photos, uploads, source, concurrency: CORES, stores })
      },
      { s3: true },
    )
  },
}

/** A fresh database, API and worker, and a fresh data folder or bucket. */
async function measureService(
  services: LocalServices,
  { files, uploads, s3 }: { files: readonly string[]; uploads: number; s3: S3Service | undefined },
): Promise<Measure> {
  const { redis, mongo } = services
  const darkroom = await createInstallation({ redisUrl: redis.url, mongoUrl: mongo.url }, s3 && settingsOf(s3))
  const client = startHelper('load-generator.ts')
  try {
    const env = { WORKER_CONCURRENCY: String(CORES) }
    const [api, worker] = await Promise.all([darkroom.api(), darkroom.worker('worker', { env })])
    const order = loadOrderOf(darkroom, api.url, uploads)
    const memory = (): Memory => ({ api: memoryMbOfTrees([api.pid]), worker: memoryMbOfTrees([worker.pid]) })
    const trees = {
      ...{ api: api.pid, worker: worker.pid, redis: redis.pid, mongo: mongo.pid, client: client.pid },
      ...(s3 && { s3: s3.pid }),
    }
    const half = (label: string, part: readonly string[]): Promise<LoadMeasure> =>
      measureLoad(part, trees, () => client.ask<number>({ ...order, files: part, label }))
    await client.ask({ ...order, files: files.slice(0, WARM_UP_PHOTOS), label: 'warm-up' })
    const start = memory()
    const firstHalf = await half('first', files.slice(0, files.length / 2))
    const middle = memory()
    const secondHalf = await half('second', files.slice(files.length / 2))
    return { halves: [firstHalf, secondHalf], memory: [start, middle, memory()] }
  } finally {
    await client.stop()
    await darkroom.stop()
  }
}

const settingsOf = ({ url, region, accessKey, secretKey }: S3Service): NodeJS.ProcessEnv => ({
  ...{ STORAGE: 's3', S3_ENDPOINT: url, S3_REGION: region, S3_BUCKET: uniqueName('bench') },
  ...{ S3_ACCESS_KEY: accessKey, S3_SECRET_KEY: secretKey },
})

function resultOf(rounds: readonly Round<Measures>[], options: object): BenchmarkResult {
  const counting = countingRounds(rounds).map(({ measures }) => measures)
  const growths = (part: keyof Memory): number[] =>
    counting.map(({ s3: { memory } }) => memory[2][part] / memory[1][part])
  return {
    figures: [
      figureOf(
        'photos per second with files in a bucket, relative to files on the disk',
        counting.map(({ disk, s3 }) => speedOf(s3) / speedOf(disk)),
        'x',
        SPEED,
      ),
      figureOf('memory of the API after all photos in a bucket, relative to half of them', growths('api'), 'x', GROWTH),
      figureOf('of the worker', growths('worker'), 'x', GROWTH),
    ],
    notes: rounds.map(({ measures, calm }) => toText(measures) + calmNote(calm)),
    details: { options, rounds },
  }
}

/** Both halves have the same number of photos. */
const speedOf = ({ halves: [first, second] }: Measure): number =>
  2 / (1 / first.photosPerSecond + 1 / second.photosPerSecond)

const toText = ({ disk, s3 }: Measures): string => [describe('disk', disk), describe('S3', s3)].join('; ')

function describe(name: string, measure: Measure): string {
  const steps = (part: keyof Memory): string => measure.memory.map((at) => at[part].toFixed(0)).join(', ')
  const [, second] = measure.halves
  return `${toLoadText(name, { ...second, photosPerSecond: speedOf(measure) })}, MB of the API ${steps('api')}, of the worker ${steps('worker')}`
}
