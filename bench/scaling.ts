// Photos per second of two workers on one core each, relative to one worker on one core; and of
// four workers on those two cores, relative to the two: more workers than cores neither help nor
// hurt. No API is running: only workers are measured. Options: --rounds 5 --photos 60
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { LocalServices } from '@darkroom/local-services'
import { createInstallation } from '../test/e2e/support/installation.ts'
import { figureOf, type Benchmark } from './support/benchmark.ts'
import { treeOf } from './support/cpu-time.ts'
import { wholeNumbers } from './support/options.ts'
import { benchPhotos } from './support/photos.ts'
import { openQueue } from './support/queued-photos.ts'
import { BENCH_FOLDER, storesOf, withServices } from './support/services.ts'
import { calmNote, countingRounds, undisturbedRounds } from './support/undisturbed.ts'

const WARM_UP_PHOTOS = 8
const CORES = 2

export const benchmark: Benchmark = {
  async run(args) {
    const { rounds: wanted, photos } = wholeNumbers(args, { rounds: 5, photos: 60 })
    const { files, source } = await benchPhotos(photos, join(BENCH_FOLDER, 'photos'))
    return withServices(async (services) => {
      const rounds = await undisturbedRounds(wanted, async () => ({
        one: await photosPerSecond(services, files, 1),
        two: await photosPerSecond(services, files, 2),
        four: await photosPerSecond(services, files, 4),
      }))
      const counting = countingRounds(rounds).map(({ measures }) => measures)
      return {
        figures: [
          figureOf(
            'photos per second of two workers on one core each, relative to one on one core',
            counting.map(({ one, two }) => two / one),
            'x',
            { atLeast: 1.85, goal: 1.95 },
          ),
          figureOf(
            'photos per second of four workers on two cores, relative to two',
            counting.map(({ two, four }) => four / two),
            'x',
            { atLeast: 0.95, goal: 1 },
          ),
        ],
        notes: rounds.map(
          ({ measures: { one, two, four }, calm }) =>
            `one ${one.toFixed(1)}/s, two ${two.toFixed(1)}/s, four ${four.toFixed(1)}/s${calmNote(calm)}`,
        ),
        details: { options: { photos }, source, stores: storesOf(services), rounds },
      }
    })
  },
}

async function photosPerSecond(
  { redis, mongo }: LocalServices,
  files: readonly string[],
  workers: number,
): Promise<number> {
  const darkroom = await createInstallation({ redisUrl: redis.url, mongoUrl: mongo.url })
  const photos = await openQueue(darkroom)
  try {
    for (let index = 0; index < workers; index++) {
      const { pid } = await darkroom.worker(`worker-${index}`, { env: { WORKER_CONCURRENCY: '1' } })
      for (const each of treeOf([pid])) execFileSync('taskset', ['-acp', String(index % CORES), String(each)])
    }
    await photos.add(files.slice(0, WARM_UP_PHOTOS), 'warm-up')
    await photos.whenDone()
    const startedAt = performance.now()
    await photos.add(files, 'photo')
    await photos.whenDone()
    return (files.length * 1000) / (performance.now() - startedAt)
  } finally {
    await photos.close()
    await darkroom.stop()
  }
}
