// Reads of a cached task per second, relative to bare Express with one GET to Redis; of uncached
// tasks, relative to one findOne to MongoDB; and the number of database reads when many clients
// request the same uncached task at once. Options: --rounds 5 --seconds 3 --connections 16
import { sampleJpeg } from '@darkroom/testing'
import { Redis } from 'ioredis'
import type { ObjectId } from 'mongodb'
import { accepted, ended } from '../test/e2e/support/client.ts'
import {
  createInstallation,
  type Installation,
  type Stores,
  type TaskDocument,
} from '../test/e2e/support/installation.ts'
import type { BareReadsOrder } from './support/bare-reads.ts'
import { figureOf, type Benchmark } from './support/benchmark.ts'
import { countMongo } from './support/count-mongo.ts'
import { startHelper, type HelperProcess } from './support/helper-process.ts'
import type { HttpLoad, HttpLoadOrder } from './support/http-load.ts'
import { wholeNumbers } from './support/options.ts'
import { storesOf, withServices } from './support/services.ts'
import { describeSides, measureSide, type Side } from './support/side.ts'
import { storedTask } from './support/stored-task.ts'
import { calmNote, countingRounds, undisturbedRounds } from './support/undisturbed.ts'

interface Options {
  seconds: number
  connections: number
}

const WARM_UP_MS = 5000
const READERS = 50
/** Few, because the MongoDB stand-in scans all tasks to read one by tenant and id. */
const STORED_TASKS = 2000

type Sides = Record<'cached' | 'bareCached' | 'stored' | 'bareStored', Side>

export const benchmark: Benchmark = {
  async run(args) {
    const { rounds: wanted, ...options } = wholeNumbers(args, { rounds: 5, seconds: 3, connections: 16 })
    return withServices(async ({ redis, mongo, ...services }) => {
      const stores = { redisUrl: redis.url, mongoUrl: mongo.url }
      const rounds = await undisturbedRounds(wanted, async () => {
        const darkroom = await createInstallation(stores)
        try {
          return await measureRound(darkroom, { redis: redis.pid, mongo: mongo.pid }, options)
        } finally {
          await darkroom.stop()
        }
      })
      const loads = await loadsOfStampede(stores)
      const ratios = (of: keyof Sides, to: keyof Sides): number[] =>
        countingRounds(rounds).map(({ measures }) => measures[of].perSecond / measures[to].perSecond)
      const [cached, stored] = [ratios('cached', 'bareCached'), ratios('stored', 'bareStored')]
      return {
        figures: [
          figureOf('cached reads of a task per second, relative to bare Express with one GET', cached, 'x', {
            atLeast: 0.7,
            goal: 0.85,
          }),
          figureOf('uncached reads of tasks, relative to bare Express with one findOne', stored, 'x', {
            atLeast: 0.6,
            goal: 0.85,
          }),
          figureOf(`database reads for ${READERS} concurrent readers of an uncached task`, loads, '', {
            atMost: 1,
            goal: 1,
          }),
        ],
        notes: rounds.map(({ measures, calm }) => `${describeSides({ ...measures })}${calmNote(calm)}`),
        details: { options, stores: storesOf({ redis, mongo, ...services }), rounds, loads },
      }
    })
  },
}

/** The same documents, from the service and from a bare server. */
async function measureRound(
  darkroom: Installation,
  pids: Record<string, number | undefined>,
  options: Options,
): Promise<Sides> {
  const [client, server] = [startHelper('http-load.ts'), startHelper('bare-reads.ts')]
  const redis = new Redis(darkroom.redisUrl)
  try {
    const api = await darkroom.api()
    const task = await completedTask(darkroom, api.url)
    const { redisUrl, mongoUrl, namespace } = darkroom
    const order: BareReadsOrder = { redisUrl, mongoUrl, prefix: `${namespace}:bare:` }
    await redis.set(order.prefix + task.id, JSON.stringify(task))
    const ids = await storeTasks(darkroom, STORED_TASKS)
    const service = { ...options, port: api.port, pids: { api: api.pid, ...pids } }
    const bare = { ...options, port: await server.ask<number>(order), pids: { server: server.pid, ...pids } }
    return {
      cached: await measure(client, { ...service, paths: [`/api/v1/tasks/${task.id}`] }),
      bareCached: await measure(client, { ...bare, paths: [`/cached/${task.id}`] }),
      stored: await measureOnce(client, { ...service, paths: ids.map((id) => `/api/v1/tasks/${id}`) }),
      bareStored: await measureOnce(client, { ...bare, paths: ids.map((id) => `/stored/${id}`) }),
    }
  } finally {
    redis.disconnect()
    await client.stop()
    await server.stop()
  }
}

async function storeTasks({ tasks }: Installation, count: number): Promise<string[]> {
  const documents = Array.from({ length: count }, (_, index) => storedTask(index) as { _id: ObjectId } & TaskDocument)
  await tasks.insertMany(documents)
  return documents.map(({ _id }) => _id.toHexString())
}

async function completedTask(darkroom: Installation, url: string) {
  const worker = await darkroom.worker('worker')
  const { id } = await accepted(url, { bytes: await sampleJpeg({ width: 1200, height: 900 }), name: 'photo.jpg' })
  const task = await ended(url, id)
  await worker.stop()
  return task
}

interface Reading extends Options {
  port: number
  pids: Record<string, number | undefined>
  paths: readonly string[]
}

async function measure(client: HelperProcess, reading: Reading): Promise<Side> {
  await client.ask<HttpLoad>(orderOf(reading, WARM_UP_MS))
  return measureSide({ ...reading.pids, client: client.pid }, () =>
    client.ask<HttpLoad>(orderOf(reading, reading.seconds * 1000)),
  )
}

/** Each path once, so that none is cached: half of them to warm up, half to measure. */
async function measureOnce(client: HelperProcess, reading: Reading): Promise<Side> {
  const half = reading.paths.length / 2
  const ask = (paths: readonly string[]) => client.ask<HttpLoad>(orderOf({ ...reading, paths }))
  await ask(reading.paths.slice(0, half))
  return measureSide({ ...reading.pids, client: client.pid }, () => ask(reading.paths.slice(half)))
}

const orderOf = ({ port, connections, paths }: Reading, ms?: number): HttpLoadOrder => ({
  port,
  connections,
  ...(ms !== undefined && { ms }),
  requests: paths.map((path) => ({ path })),
  status: 200,
})

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
        if (!answer.ok || !(await answer.text()).includes(id)) throw new Error(`A read failed with ${answer.status}`)
    }
    const loads: number[] = []
    // The first round opens all connections.
    await readAll()
    for (let time = 0; time < times; time++) {
      if ((await redis.del(`${darkroom.names.cachePrefix}task:${id}`)) !== 1) throw new Error('The task was not cached')
      await mongo.take()
      await readAll()
      loads.push((await mongo.take())['find tasks'] ?? 0)
    }
    return loads
  } finally {
    redis.disconnect()
    mongo.stop()
    await darkroom.stop()
  }
}
