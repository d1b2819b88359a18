// Figures for sizing a machine: CPU time and memory of an API and of a worker with one slot per
// core, and the disk space of photos. Options: --photos 200 --uploads 8
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { BSON } from 'mongodb'
import { createInstallation, type Installation } from '../test/e2e/support/installation.ts'
import { figureOf, type Benchmark } from './support/benchmark.ts'
import { cpuMsOfTrees } from './support/cpu-time.ts'
import { startHelper } from './support/helper-process.ts'
import { loadOrderOf } from './support/load-order.ts'
import { watchMemory } from './support/memory.ts'
import { wholeNumbers } from './support/options.ts'
import { benchPhotos } from './support/photos.ts'
import { openQueue } from './support/queued-photos.ts'
import { BENCH_FOLDER, storesOf, withServices } from './support/services.ts'

/** So that both run compiled code, and have allocated what they only need once. */
const WARM_UP_PHOTOS = 100
const SLOTS = availableParallelism()
const WAITING_JOBS = 2000

export const benchmark: Benchmark = {
  async run(args) {
    const options = wholeNumbers(args, { photos: 200, uploads: 8 })
    const { files, source } = await benchPhotos(options.photos, join(BENCH_FOLDER, 'photos'))
    return withServices(async (services) => {
      const darkroom = await createInstallation({ redisUrl: services.redis.url, mongoUrl: services.mongo.url })
      try {
        const use = await useOf(darkroom, files, options.uploads)
        await darkroom.stopProcesses()
        const room = { ...(await roomOf(darkroom)), job: await redisBytesOfJob(darkroom, files.slice(0, 1)) }
        return {
          figures: [
            figureOf('photos per second and worker core', [1000 / use.worker.cpuMs], ''),
            figureOf('uploads per second and API core', [1000 / use.api.cpuMs], ''),
            figureOf('peak memory of a worker, per slot', [use.worker.peakMb / SLOTS], 'MB'),
            figureOf('peak memory of the API', [use.api.peakMb], 'MB'),
            figureOf('size of both variants, relative to the original', [(room.variants / room.originals) * 100], '%'),
          ],
          notes: [
            `bytes of an original ${room.originals}, of its variants ${room.variants}, of a completed task's document ${room.document}, ` +
              `of a waiting job in Redis ${room.job}`,
          ],
          details: { options, source, slots: SLOTS, stores: storesOf(services), use, room },
        }
      } finally {
        await darkroom.stop()
      }
    })
  },
}

interface Use {
  /** For each photo. */
  cpuMs: number
  peakMb: number
}

async function useOf(
  darkroom: Installation,
  files: readonly string[],
  uploads: number,
): Promise<Record<'api' | 'worker', Use>> {
  const client = startHelper('load-generator.ts')
  try {
    const worker = { env: { WORKER_CONCURRENCY: String(SLOTS) } }
    const [api, own] = await Promise.all([darkroom.api(), darkroom.worker('worker', worker)])
    const order = loadOrderOf(darkroom, api.url, uploads)
    await client.ask({ ...order, files: files.slice(0, WARM_UP_PHOTOS), label: 'warm-up' })
    const [ofApi, ofWorker] = [watch(api.pid), watch(own.pid)]
    await client.ask<number>({ ...order, files, label: 'photo' })
    return { api: ofApi(files.length), worker: ofWorker(files.length) }
  } finally {
    await client.stop()
  }
}

/** Of a process and its descendants, from now until it is called. */
function watch(pid: number): (photos: number) => Use {
  const before = cpuMsOfTrees([pid])
  const memory = watchMemory([pid])
  return (photos) => ({ cpuMs: (cpuMsOfTrees([pid]) - before) / photos, peakMb: memory.stop() })
}

/** Bytes of an average task. */
async function roomOf({ tasks }: Installation): Promise<Record<'originals' | 'variants' | 'document', number>> {
  const all = await tasks.find({ status: 'completed' }).toArray()
  const mean = (of: (task: (typeof all)[number]) => number): number =>
    Math.round(all.reduce((sum, task) => sum + of(task), 0) / all.length)
  return {
    originals: mean(({ source }) => source.bytes),
    variants: mean(({ files }) => files.reduce((sum: number, { bytes }: { bytes: number }) => sum + bytes, 0)),
    document: mean((task) => BSON.calculateObjectSize(task)),
  }
}

/** No worker may be running, or it would take the jobs. */
async function redisBytesOfJob(darkroom: Installation, files: readonly string[]): Promise<number> {
  const redis = new Redis(darkroom.redisUrl)
  const queue = await openQueue(darkroom)
  const used = async (): Promise<number> => Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1])
  try {
    const before = await used()
    await queue.add(Array.from({ length: WAITING_JOBS }, () => files).flat(), 'waiting')
    return Math.round(((await used()) - before) / WAITING_JOBS)
  } finally {
    await queue.close()
    redis.disconnect()
  }
}
