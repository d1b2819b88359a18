// Peak memory of a worker, relative to a bare sharp loop over the same photos with the same
// concurrency; and how much it grows over many images. Options: --rounds 5 --photos 60 --images
// 5000
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LocalServices } from '@darkroom/local-services'
import { sampleJpeg } from '@darkroom/testing'
import { createInstallation } from '../test/e2e/support/installation.ts'
import { figureOf, type Benchmark } from './support/benchmark.ts'
import { startHelper } from './support/helper-process.ts'
import { memoryMbOfTrees, watchMemory } from './support/memory.ts'
import { wholeNumbers } from './support/options.ts'
import { benchPhotos } from './support/photos.ts'
import { openQueue } from './support/queued-photos.ts'
import { BENCH_FOLDER, storesOf, withServices } from './support/services.ts'
import { slopeOf } from './support/slope.ts'
import { calmNote, countingRounds, undisturbedRounds } from './support/undisturbed.ts'

const CORES = availableParallelism()
/** By then the process has allocated what it only needs once. */
const WARM_UP_IMAGES = 1000
/** Memory fluctuates: the growth is the slope of a line through this many samples. */
const LOOKS = 10

export const benchmark: Benchmark = {
  async run(args) {
    const { rounds: wanted, photos, images } = wholeNumbers(args, { rounds: 5, photos: 60, images: 5000 })
    const { files, source } = await benchPhotos(photos, join(BENCH_FOLDER, 'photos'))
    return withServices(async (services) => {
      const rounds = await undisturbedRounds(wanted, async () => ({
        service: await peakOfWorker(services, files),
        bare: await peakOfBareLoop(files),
      }))
      const looks = await memoryOfWorker(services, images)
      const perThousand = slopeOf(looks.map(({ images: after, megabytes }) => [after / 1000, megabytes]))
      return {
        figures: [
          figureOf(
            'peak memory of a worker, relative to a bare sharp loop',
            countingRounds(rounds).map(({ measures: { service, bare } }) => service / bare),
            'x',
            { atMost: 1.4, goal: 1.2 },
          ),
          figureOf('memory growth per 1000 images', [perThousand], 'MB', { atMost: 1, goal: 0 }),
        ],
        notes: [
          ...rounds.map(
            ({ measures, calm }) =>
              `worker ${measures.service.toFixed(0)} MB, bare loop ${measures.bare.toFixed(0)} MB${calmNote(calm)}`,
          ),
          `MB after ${looks.map(({ images: after, megabytes }) => `${after} images ${megabytes.toFixed(0)}`).join(', ')}`,
        ],
        details: { options: { photos, images }, source, stores: storesOf(services), rounds, looks },
      }
    })
  },
}

async function peakOfWorker({ redis, mongo }: LocalServices, files: readonly string[]): Promise<number> {
  const darkroom = await createInstallation({ redisUrl: redis.url, mongoUrl: mongo.url })
  const photos = await openQueue(darkroom)
  try {
    const worker = await darkroom.worker('worker', { env: { WORKER_CONCURRENCY: String(CORES) } })
    const memory = watchMemory([worker.pid])
    await photos.add(files, 'photo')
    await photos.whenDone()
    return memory.stop()
  } finally {
    await photos.close()
    await darkroom.stop()
  }
}

async function peakOfBareLoop(files: readonly string[]): Promise<number> {
  const outFolder = await mkdtemp(join(tmpdir(), 'bare-loop-'))
  const loop = startHelper('bare-loop.ts')
  try {
    const memory = watchMemory([loop.pid])
    await loop.ask({ files, outFolder, concurrency: CORES })
    return memory.stop()
  } finally {
    await loop.stop()
    await rm(outFolder, { recursive: true, force: true })
  }
}

/**
 * Small images, so that there are many quickly; each is inspected, decoded, encoded and stored like
 * a large one.
 */
async function memoryOfWorker(
  { redis, mongo }: LocalServices,
  images: number,
): Promise<{ images: number; megabytes: number }[]> {
  const darkroom = await createInstallation({ redisUrl: redis.url, mongoUrl: mongo.url })
  const photos = await openQueue(darkroom)
  try {
    const file = join(darkroom.dataDir, 'small.jpg')
    await writeFile(file, await sampleJpeg({ width: 320, height: 240 }))
    const worker = await darkroom.worker('worker', { env: { WORKER_CONCURRENCY: String(CORES) } })
    const run = async (count: number, label: string): Promise<number> => {
      await photos.add(
        Array.from({ length: count }, () => file),
        label,
      )
      await photos.whenDone()
      return memoryMbOfTrees([worker.pid])
    }
    await run(WARM_UP_IMAGES, 'warm')
    const looks: { images: number; megabytes: number }[] = []
    for (let look = 1; look <= LOOKS; look++) {
      looks.push({ images: (images * look) / LOOKS, megabytes: await run(images / LOOKS, `look-${look}`) })
    }
    return looks
  } finally {
    await photos.close()
    await darkroom.stop()
  }
}
