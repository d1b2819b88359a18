// Uploads accepted per second, in a form relative to bare Express and multer, and alone relative to
// a bare HTTP handler. Both baselines keep the promises of the service: one SHA-256, one fsync,
// alone also one insert; but no job, no event, no second file name. No worker is running: this is
// only about accepting uploads. Options: --rounds 5 --seconds 4 --connections 8
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LocalServices } from '@darkroom/local-services'
import { sampleJpeg } from '@darkroom/testing'
import { createInstallation } from '../test/e2e/support/installation.ts'
import type { BareUploadsOrder } from './support/bare-uploads.ts'
import { figureOf, type Benchmark, type Bound } from './support/benchmark.ts'
import { startHelper, type HelperProcess } from './support/helper-process.ts'
import type { HttpLoad, HttpLoadOrder } from './support/http-load.ts'
import { wholeNumbers } from './support/options.ts'
import { storesOf, withServices } from './support/services.ts'
import { describeSides, measureSide, type Side } from './support/side.ts'
import { calmNote, countingRounds, undisturbedRounds } from './support/undisturbed.ts'

interface Case {
  what: string
  file: string
  alone: boolean
  bound: Bound
}

interface Options {
  seconds: number
  connections: number
}

/** After that, both sides run compiled code. */
const WARM_UP_MS = 5000
/** The size of most phone photos, and of the larger ones. */
const SIZES = [
  { megabytes: 0.8, bound: { atLeast: 0.7, goal: 0.85 } },
  { megabytes: 3.6, bound: { atLeast: 0.8, goal: 0.95 } },
]
const ALONE_BOUND = { atLeast: 0.7, goal: 0.85 }

export const benchmark: Benchmark = {
  async run(args) {
    const { rounds: wanted, ...options } = wholeNumbers(args, { rounds: 5, seconds: 4, connections: 8 })
    const folder = await mkdtemp(join(tmpdir(), 'bench-uploads-'))
    try {
      const cases = (await Promise.all(SIZES.map((size) => casesOf(folder, size)))).flat()
      return await withServices(async (services) => {
        const rounds = await undisturbedRounds(wanted, async () => {
          const measures: Record<string, Record<'service' | 'bare', Side>> = {}
          for (const each of cases)
            measures[each.what] = {
              service: await measureService(services, each, options),
              bare: await measureBare(services, each, options),
            }
          return measures
        })
        const ratiosOf = (what: string): number[] =>
          countingRounds(rounds).flatMap(({ measures: { [what]: sides } }) =>
            sides ? sides.service.perSecond / sides.bare.perSecond : [],
          )
        return {
          figures: cases.map(({ what, alone, bound }) => {
            const to = alone ? 'a bare HTTP handler' : 'bare Express and multer'
            return figureOf(`uploads of ${what} accepted per second, relative to ${to}`, ratiosOf(what), 'x', bound)
          }),
          notes: rounds.flatMap(({ measures, calm }) =>
            Object.entries(measures).map(([what, sides]) => `${what}: ${describeSides({ ...sides })}${calmNote(calm)}`),
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
 * A photo of that size in a form, and alone: a real photo's header, followed by as many bytes;
 * nothing decodes it here.
 */
async function casesOf(folder: string, { megabytes, bound }: (typeof SIZES)[number]): Promise<Case[]> {
  const file = join(folder, `${megabytes}.jpg`)
  const bytes = Buffer.alloc(megabytes * 1e6)
  for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32LE((at * 2_654_435_761) % 2 ** 32, at)
  ;(await sampleJpeg({ width: 1600, height: 1200 })).copy(bytes)
  await writeFile(file, bytes)
  return [
    { what: `${megabytes} MB in a form`, file, alone: false, bound },
    { what: `${megabytes} MB alone`, file, alone: true, bound: ALONE_BOUND },
  ]
}

async function measureService({ redis, mongo }: LocalServices, each: Case, options: Options): Promise<Side> {
  const darkroom = await createInstallation({ redisUrl: redis.url, mongoUrl: mongo.url })
  const client = startHelper('http-load.ts')
  try {
    const api = await darkroom.api()
    const pids = { api: api.pid, redis: redis.pid, mongo: mongo.pid, client: client.pid }
    return await measure(client, pids, { each, ...options, port: api.port, path: '/api/v1/tasks' })
  } finally {
    await client.stop()
    await darkroom.stop()
  }
}

async function measureBare({ mongo }: LocalServices, each: Case, options: Options): Promise<Side> {
  const folder = await mkdtemp(join(tmpdir(), 'bare-uploads-'))
  const client = startHelper('http-load.ts')
  const server = startHelper('bare-uploads.ts')
  try {
    const port = await server.ask<number>({ folder, mongoUrl: mongo.url } satisfies BareUploadsOrder)
    const pids = { server: server.pid, ...(each.alone && { mongo: mongo.pid }), client: client.pid }
    return await measure(client, pids, { each, ...options, port, path: each.alone ? '/raw' : '/upload' })
  } finally {
    await client.stop()
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function measure(
  client: HelperProcess,
  pids: Record<string, number | undefined>,
  { each: { file, alone }, port, path, connections, seconds }: Options & { each: Case; port: number; path: string },
): Promise<Side> {
  const requests = [{ path, upload: { file, name: 'photo.jpg', alone } }]
  const order: HttpLoadOrder = { port, connections, ms: WARM_UP_MS, requests, status: 202 }
  await client.ask<HttpLoad>(order)
  return measureSide(pids, () => client.ask<HttpLoad>({ ...order, ms: seconds * 1000 }))
}
