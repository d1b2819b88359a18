// Everything at once, for minutes: uploads, reads of cached tasks, lists and event streams while
// workers process the uploads. Measures the latencies of each, the memory of the API, and what
// remains in Redis when all work is done. The defaults suit two cores that do all of it, and the
// MongoDB stand-in, which scans all tasks for each. Options: --seconds 600 --uploads 10
// --reads 300 --lists 2 --streams 200
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { writeFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort, type LocalServices } from '@darkroom/local-services'
import { sampleJpeg, until } from '@darkroom/testing'
import { Redis } from 'ioredis'
import { accepted, ended } from '../test/e2e/support/client.ts'
import { createInstallation, type Installation } from '../test/e2e/support/installation.ts'
import { figureOf, percentile, type Benchmark } from './support/benchmark.ts'
import { cpuMsByName } from './support/cpu-time.ts'
import { startHelper, type HelperProcess } from './support/helper-process.ts'
import type { HttpLoad, HttpLoadOrder, HttpRequest } from './support/http-load.ts'
import { connectInspector } from './support/inspector.ts'
import { memoryMbOfTrees } from './support/memory.ts'
import { wholeNumbers } from './support/options.ts'
import { storesOf, withServices } from './support/services.ts'
import { slopeOf } from './support/slope.ts'
import type { Streams, StreamsOrder } from './support/task-streams.ts'

type Options = Record<'seconds' | 'uploads' | 'reads' | 'lists' | 'streams', number>

interface Look {
  seconds: number
  apiMb: number
  redisMb: number
  waiting: number
}

/** The memory of the API right after all garbage was collected. */
interface Rest {
  seconds: number
  apiMb: number
  heapMb: number
}

interface Mixed {
  uploads: HttpLoad
  reads: HttpLoad
  lists: HttpLoad
  streams: Streams
  looks: Look[]
  rests: Rest[]
  cpuMs: Record<string, number>
  /** Of the uploads, until the last of them was completed. */
  seconds: number
  /** By what they are, without the jobs that are kept on purpose. */
  keysAfter: Record<string, number>
}

const DEFAULTS = { seconds: 600, uploads: 10, reads: 300, lists: 2, streams: 200 }
const CACHED_TASKS = 20
const LOOK_EVERY_MS = 5000
const COLLECT_EVERY_MS = 30_000
const FOLLOW_EVERY_MS = 1000
/** Until jobs of applied results are removed, and idle caches and generations have expired. */
const SETTLE_MS = 90_000
const DRAIN_MS = 900_000

export const benchmark: Benchmark = {
  async run(args) {
    const options = wholeNumbers(args, DEFAULTS)
    return withServices(async (services) => {
      const mixed = await measure(services, options)
      const { looks, rests } = mixed
      const settled = rests.filter(({ seconds }) => seconds > options.seconds / 2)
      const p99 = (latenciesMs: readonly number[]) => [percentile(latenciesMs, 99)]
      return {
        figures: [
          figureOf('p99 of an upload until its 202', p99(mixed.uploads.latenciesMs), 'ms', { atMost: 500, goal: 150 }),
          figureOf('p99 of a cached read', p99(mixed.reads.latenciesMs), 'ms', { atMost: 150, goal: 50 }),
          figureOf('p99 of a list', p99(mixed.lists.latenciesMs), 'ms'),
          figureOf('p99 of the lag of an event', p99(mixed.streams.lagsMs), 'ms', { atMost: 500, goal: 100 }),
          figureOf(
            'growth of the API in the second half, per minute, with all garbage collected',
            [slopeOf(settled.map(({ seconds, apiMb }) => [seconds / 60, apiMb]))],
            'MB',
            { atMost: 2, goal: 0 },
          ),
          figureOf(
            'keys in Redis that do not expire, for each completed task',
            [keysOf(mixed.keysAfter) / mixed.uploads.count],
            '',
            { atMost: 0.2, goal: 0.05 },
          ),
        ],
        notes: [
          `completed ${(mixed.uploads.count / mixed.seconds).toFixed(1)} tasks/s; ${describe('uploads', mixed.uploads)}; ${describe('reads', mixed.reads)}; ${describe('lists', mixed.lists)}; ${mixed.streams.lagsMs.length} events to ${options.streams} streams, ${mixed.streams.ended} tasks followed`,
          `CPU: ${Object.entries(mixed.cpuMs)
            .map(([name, ms]) => `${name} ${((ms / mixed.seconds / 1000) * 100).toFixed(0)} %`)
            .join(', ')}`,
          `API ${looks.at(0)?.apiMb.toFixed(0)} to ${Math.max(...looks.map(({ apiMb }) => apiMb)).toFixed(0)} MB, its heap ${rests.map(({ heapMb }) => heapMb.toFixed(0)).join(' ')} MB after collections, Redis ${looks.at(0)?.redisMb.toFixed(1)} to ${Math.max(...looks.map(({ redisMb }) => redisMb)).toFixed(1)} MB; at most ${Math.max(...looks.map(({ waiting }) => waiting))} jobs waiting; keys left: ${JSON.stringify(mixed.keysAfter)}`,
        ],
        details: { options, stores: storesOf(services), looks, rests, cpuMs: mixed.cpuMs, keysAfter: mixed.keysAfter },
      }
    })
  },
}

async function measure({ redis, mongo }: LocalServices, options: Options): Promise<Mixed> {
  const darkroom = await createInstallation({ redisUrl: redis.url, mongoUrl: mongo.url })
  const connection = new Redis(redis.url)
  const helpers: HelperProcess[] = []
  const looking = new AbortController()
  const watching: Promise<unknown>[] = []
  const helper = (file: string): HelperProcess => {
    const started = startHelper(file)
    helpers.push(started)
    return started
  }
  try {
    const inspectorPort = await freePort()
    const api = await darkroom.api({ env: { NODE_OPTIONS: `--inspect=127.0.0.1:${inspectorPort}` } })
    const worker = await darkroom.worker('worker', { env: { WORKER_CONCURRENCY: String(availableParallelism()) } })
    const file = join(darkroom.dataDir, 'upload.jpg')
    const photo = await sampleJpeg({ width: 1024, height: 768 })
    await writeFile(file, photo)
    const ids = await cachedTasks(api.url, photo)
    const load = (perSecond: number, connections: number, requests: HttpRequest[], status = 200): Promise<HttpLoad> =>
      helper('http-load.ts').ask<HttpLoad>({
        port: api.port,
        connections,
        ms: options.seconds * 1000,
        everyMs: 1000 / perSecond,
        requests,
        status,
      } satisfies HttpLoadOrder)
    const pids = { api: api.pid, worker: worker.pid, redis: redis.pid, mongo: mongo.pid }
    const before = cpuMsByName(pids)
    const startedAt = performance.now()
    const looks = look(darkroom, connection, { pid: api.pid, stop: looking.signal })
    const rests = rest({ pid: api.pid, port: inspectorPort, stop: looking.signal })
    watching.push(looks, rests)
    const [uploads, reads, lists, streams] = await Promise.all([
      load(options.uploads, 32, [{ path: '/api/v1/tasks', upload: { file, name: 'photo.jpg', alone: true } }], 202),
      load(
        options.reads,
        32,
        ids.map((id) => ({ path: `/api/v1/tasks/${id}` })),
      ),
      load(options.lists, 8, [{ path: '/api/v1/tasks?limit=20' }]),
      helper('task-streams.ts').ask<Streams>({
        apiUrl: api.url,
        file,
        streams: options.streams,
        followEveryMs: FOLLOW_EVERY_MS,
        ms: options.seconds * 1000,
      } satisfies StreamsOrder),
    ])
    looking.abort()
    const total = uploads.count + streams.ended + ids.length
    const isDone = async (): Promise<boolean> => (await darkroom.tasks.countDocuments({ status: 'completed' })) >= total
    await until(isDone, { what: 'the end of all tasks', timeoutMs: DRAIN_MS, intervalMs: 1000 })
    const seconds = (performance.now() - startedAt) / 1000
    const cpuMs = Object.fromEntries(
      Object.entries(cpuMsByName(pids)).map(([name, ms]) => [name, ms - (before[name] ?? 0)]),
    )
    await pause(SETTLE_MS)
    const keysAfter = await countKeys(connection, darkroom)
    return { uploads, reads, lists, streams, looks: await looks, rests: await rests, cpuMs, seconds, keysAfter }
  } finally {
    looking.abort()
    await Promise.allSettled(watching)
    await Promise.all(helpers.map((one) => one.stop()))
    connection.disconnect()
    await darkroom.stop()
  }
}

async function cachedTasks(url: string, bytes: Buffer): Promise<string[]> {
  const ids: string[] = []
  for (let index = 0; index < CACHED_TASKS; index++) {
    const { id } = await accepted(url, { bytes, name: `cached ${index}.jpg` })
    await ended(url, id)
    ids.push(id)
  }
  return ids
}

async function look(
  { namespace, names }: Installation,
  redis: Redis,
  { pid, stop }: { pid: number; stop: AbortSignal },
): Promise<Look[]> {
  const looks: Look[] = []
  const startedAt = performance.now()
  while (!stop.aborted) {
    const bytes = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1])
    looks.push({
      seconds: (performance.now() - startedAt) / 1000,
      apiMb: memoryMbOfTrees([pid]),
      redisMb: bytes / 1e6,
      waiting: await redis.zcard(`${namespace}:bull:${names.queue}:prioritized`),
    })
    await pause(LOOK_EVERY_MS, undefined, { signal: stop }).catch(() => {})
  }
  return looks
}

/**
 * Between collections the memory says how long V8 puts them off; what grows without end is still
 * there after them.
 */
async function rest({ pid, port, stop }: { pid: number; port: number; stop: AbortSignal }): Promise<Rest[]> {
  const rests: Rest[] = []
  const inspector = await connectInspector(port)
  const startedAt = performance.now()
  while (!stop.aborted) {
    const heapMb = await inspector.collectGarbage()
    rests.push({ seconds: (performance.now() - startedAt) / 1000, apiMb: memoryMbOfTrees([pid]), heapMb })
    await pause(COLLECT_EVERY_MS, undefined, { signal: stop }).catch(() => {})
  }
  inspector.close()
  return rests
}

/** Those that do not expire, by their names without ids. The queue keeps its latest jobs. */
async function countKeys(redis: Redis, { namespace, names }: Installation): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  const queue = `${namespace}:bull:${names.queue}`
  const kept = new Set((await redis.zrange(`${queue}:completed`, '0', '-1')).map((id) => `${queue}:${id}`))
  for await (const keys of redis.scanStream({ match: `${namespace}:*`, count: 1000 }) as AsyncIterable<string[]>)
    for (const key of keys) {
      if (kept.has(key) || (await redis.pttl(key)) >= 0) continue
      const name = key.slice(namespace.length + 1).replaceAll(/[0-9a-f]{16,}[^:]*/g, '…')
      counts[name] = (counts[name] ?? 0) + 1
    }
  return counts
}

const keysOf = (counts: Record<string, number>): number => Object.values(counts).reduce((sum, count) => sum + count, 0)

const describe = (what: string, { count, latenciesMs }: HttpLoad): string =>
  `${count} ${what}, p50 ${percentile(latenciesMs, 50).toFixed(0)}, p99 ${percentile(latenciesMs, 99).toFixed(0)} ms`
