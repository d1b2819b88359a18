// Reads of a cached task a second, by those of bare Express with one GET to Redis; and how often the database is asked
// when many ask for a task at once that is not in the cache. Options: --rounds 5 --seconds 3 --connections 16
import { sampleJpeg } from '@darkroom/testing'
import { Redis } from 'ioredis'
import { accepted, ended } from '../test/e2e/support/client.ts'
import { createInstallation, type Installation, type Stores } from '../test/e2e/support/installation.ts'
import { figureOf, type Benchmark } from './support/benchmark.ts'
import { countMongo } from './support/count-mongo.ts'
import { startHelper, type HelperProcess } from './support/helper-process.ts'
import type { HttpLoad, HttpLoadOrder } from './support/http-load.ts'
import { wholeNumbers } from './support/options.ts'
import { storesOf, withServices } from './support/services.ts'
import { describeSides, measureSide, type Side } from './support/side.ts'
import { calmNote, countingRounds, undisturbedRounds } from './support/undisturbed.ts'

interface Options {
  seconds: number
  connections: number
}

const WARM_UP_MS = 1000
const READERS = 50

export const benchmark: Benchmark = {
  async run(args) {
    const { rounds: wanted, ...options } = wholeNumbers(args, { rounds: 5, seconds: 3, connections: 16 })
    return withServices(async ({ redis, mongo, ...services }) => {
      const stores = { redisUrl: redis.url, mongoUrl: mongo.url }
      const rounds = await undisturbedRounds(wanted, async () => {
        const darkroom = await createInstallation(stores)
        try {
          return await measureRound(darkroom, { redis: redis.pid }, options)
        } finally {
          await darkroom.stop()
        }
      })
      const loads = await loadsOfStampede(stores)
      const ratios = countingRounds(rounds).map(({ measures: { service, bare } }) => service.perSecond / bare.perSecond)
      return {
        figures: [
          figureOf('cached reads of a task a second to those of bare Express with one GET', ratios, 'x', { atLeast: 0.7, goal: 0.85 }),
          figureOf(`loads for ${READERS} readers at once of a task that is not cached`, loads, '', { atMost: 1, goal: 1 }),
        ],
        notes: rounds.map(({ measures, calm }) => `${describeSides({ ...measures })}${calmNote(calm)}`),
        details: { options, stores: storesOf({ redis, mongo, ...services }), rounds, loads },
      }
    })
  },
}

/** The same document, from the service and from a bare server. */
async function measureRound(
  darkroom: Installation,
  pids: Record<string, number | undefined>,
  options: Options,
): Promise<Record<'service' | 'bare', Side>> {
  const [client, server] = [startHelper('http-load.ts'), startHelper('bare-reads.ts')]
  const redis = new Redis(darkroom.redisUrl)
  try {
    const api = await darkroom.api()
    const task = await completedTask(darkroom, api.url)
    const service = await measure(client, { api: api.pid, ...pids }, { ...options, port: api.port, path: `/api/v1/tasks/${task.id}` })
    const prefix = `${darkroom.namespace}:bare:`
    await redis.set(prefix + task.id, JSON.stringify(task))
    const port = await server.ask<number>({ redisUrl: darkroom.redisUrl, prefix })
    const bare = await measure(client, { server: server.pid, ...pids }, { ...options, port, path: `/tasks/${task.id}` })
    return { service, bare }
  } finally {
    redis.disconnect()
    await client.stop()
    await server.stop()
  }
}

async function completedTask(darkroom: Installation, url: string) {
  const worker = await darkroom.worker('worker')
  const { id } = await accepted(url, { bytes: await sampleJpeg({ width: 1200, height: 900 }), name: 'photo.jpg' })
  const task = await ended(url, id)
  await worker.stop()
  return task
}

async function measure(
  client: HelperProcess,
  pids: Record<string, number | undefined>,
  { port, path, connections, seconds }: Options & { port: number; path: string },
): Promise<Side> {
  const order: HttpLoadOrder = { port, connections, ms: WARM_UP_MS, requests: [{ path }], status: 200 }
  await client.ask<HttpLoad>(order)
  return measureSide({ ...pids, client: client.pid }, () => client.ask<HttpLoad>({ ...order, ms: seconds * 1000 }))
}

async function loadsOfStampede(stores: Stores, times = 5): Promise<number[]> {
  const darkroom = await createInstallation(stores, { SWEEP_INTERVAL_MS: '3600000' })
  const mongo = await countMongo(darkroom.mongoUrl)
  const redis = new Redis(darkroom.redisUrl)
  try {
    const api = await darkroom.api({ env: { MONGODB_URL: mongo.url } })
    const { id } = await completedTask(darkroom, api.url)
    const readAll = async (): Promise<void> => {
      const answers = await Promise.all(Array.from({ length: READERS }, () => fetch(`${api.url}/api/v1/tasks/${id}`)))
      for (const answer of answers)
        if (!answer.ok || !(await answer.text()).includes(id)) throw new Error(`A read was answered ${answer.status}`)
    }
    const loads: number[] = []
    // The first time connects them all.
    await readAll()
    for (let time = 0; time < times; time++) {
      if ((await redis.del(`${darkroom.names.cachePrefix}task:${id}`)) !== 1) throw new Error('The task was not cached')
      await mongo.take()
      await readAll()
      loads.push((await mongo.take())['find'] ?? 0)
    }
    return loads
  } finally {
    redis.disconnect()
    mongo.stop()
    await darkroom.stop()
  }
}
