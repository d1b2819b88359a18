// Uploads accepted per second, relative to bare Express and multer without storage: no hash, no
// fsync, no document, no job; and relative to the same service without waiting for its disk. No
// worker is running: this is only about accepting uploads. Options: --rounds 5 --seconds 4
// --connections 8
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LocalServices } from '@darkroom/local-services'
import { sampleJpeg } from '@darkroom/testing'
import { createInstallation } from '../test/e2e/support/installation.ts'
import { figureOf, type Benchmark } from './support/benchmark.ts'
import { startHelper, type HelperProcess } from './support/helper-process.ts'
import type { HttpLoad, HttpLoadOrder } from './support/http-load.ts'
import { wholeNumbers } from './support/options.ts'
import { storesOf, withServices } from './support/services.ts'
import { describeSides, measureSide, type Side } from './support/side.ts'
import { calmNote, countingRounds, undisturbedRounds } from './support/undisturbed.ts'

interface Photo {
  file: string
  size: string
}

interface Options {
  seconds: number
  connections: number
  /** Of the API. */
  env?: NodeJS.ProcessEnv
}

/** The size of most phone photos, and of the larger ones. */
const SIZES = [0.8, 3.6]
/** After that, both sides run compiled code. */
const WARM_UP_MS = 5000
const BOUND = { atLeast: 0.7, goal: 0.85 }
const WITHOUT_SYNCS = `--import=${new URL('support/without-syncs.ts', import.meta.url).href}`

export const benchmark: Benchmark = {
  async run(args) {
    const { rounds: wanted, ...options } = wholeNumbers(args, { rounds: 5, seconds: 4, connections: 8 })
    const folder = await mkdtemp(join(tmpdir(), 'bench-uploads-'))
    try {
      const photos = await Promise.all(SIZES.map((megabytes) => makePhoto(folder, megabytes)))
      return await withServices(async (services) => {
        const rounds = await undisturbedRounds(wanted, async () => {
          const measures: Record<string, Record<'service' | 'unsynced' | 'bare', Side>> = {}
          for (const photo of photos) {
            const service = await measureService(services, photo, options)
            const unsynced = await measureService(services, photo, { ...options, env: { NODE_OPTIONS: WITHOUT_SYNCS } })
            measures[photo.size] = { service, unsynced, bare: await measureBare(photo, options) }
          }
          return measures
        })
        const ratios = (size: string, to: 'unsynced' | 'bare'): number[] =>
          countingRounds(rounds).flatMap(({ measures: { [size]: sides } }) =>
            sides ? sides.service.perSecond / sides[to].perSecond : [],
          )
        return {
          figures: photos.flatMap(({ size }) => [
            figureOf(
              `uploads of ${size} accepted per second, relative to bare Express and multer`,
              ratios(size, 'bare'),
              'x',
              BOUND,
            ),
            figureOf(
              `uploads of ${size} accepted per second, relative to those without fsync`,
              ratios(size, 'unsynced'),
              'x',
            ),
          ]),
          notes: rounds.flatMap(({ measures, calm }) =>
            Object.entries(measures).map(([size, sides]) => `${size}: ${describeSides({ ...sides })}${calmNote(calm)}`),
          ),
          details: { options, stores: storesOf(services), rounds },
        }
      })
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}

/**
 * A real photo's header, followed by as many bytes as a file of that size has: nothing decodes it
 * here.
 */
async function makePhoto(folder: string, megabytes: number): Promise<Photo> {
  const file = join(folder, `${megabytes}.jpg`)
  const bytes = Buffer.alloc(megabytes * 1e6)
  for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32LE((at * 2_654_435_761) % 2 ** 32, at)
  ;(await sampleJpeg({ width: 1600, height: 1200 })).copy(bytes)
  await writeFile(file, bytes)
  return { file, size: `${megabytes} MB` }
}

async function measureService({ redis, mongo }: LocalServices, photo: Photo, options: Options): Promise<Side> {
  const darkroom = await createInstallation({ redisUrl: redis.url, mongoUrl: mongo.url })
  const client = startHelper('http-load.ts')
  try {
    const api = await darkroom.api(options.env ? { env: options.env } : {})
    const pids = { api: api.pid, redis: redis.pid, mongo: mongo.pid, client: client.pid }
    return await measure(client, pids, { photo, ...options, port: api.port, path: '/api/v1/tasks' })
  } finally {
    await client.stop()
    await darkroom.stop()
  }
}

async function measureBare(photo: Photo, options: Options): Promise<Side> {
  const folder = await mkdtemp(join(tmpdir(), 'bare-uploads-'))
  const client = startHelper('http-load.ts')
  const server = startHelper('bare-uploads.ts')
  try {
    const port = await server.ask<number>({ folder })
    return await measure(
      client,
      { server: server.pid, client: client.pid },
      { photo, ...options, port, path: '/upload' },
    )
  } finally {
    await client.stop()
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function measure(
  client: HelperProcess,
  pids: Record<string, number | undefined>,
  { photo, port, path, connections, seconds }: Options & { photo: Photo; port: number; path: string },
): Promise<Side> {
  const requests = [{ path, upload: { file: photo.file, name: 'photo.jpg' } }]
  const order: HttpLoadOrder = { port, connections, ms: WARM_UP_MS, requests, status: 202 }
  await client.ask<HttpLoad>(order)
  return measureSide(pids, () => client.ask<HttpLoad>({ ...order, ms: seconds * 1000 }))
}
