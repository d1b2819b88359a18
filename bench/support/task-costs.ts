import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { isThumb, type StoredFile } from '@darkroom/contracts'
import { sampleJpeg, until } from '@darkroom/testing'
import { Queue, QueueEvents, Worker } from 'bullmq'
import { accepted } from '../../test/e2e/support/client.ts'
import { createInstallation, type Stores, type TaskDocument } from '../../test/e2e/support/installation.ts'
import { childrenOf } from '../../test/e2e/support/processes-of-linux.ts'
import { countMongo } from './count-mongo.ts'
import { BLOCKING, countRedis, type CommandCounter, type Counts } from './count-redis.ts'
import { canCountSyncs, countSyncs } from './count-syncs.ts'

/**
 * The cost of one task from its upload until it is completed and everyone is notified, when nothing
 * else happens.
 */
export interface TaskCosts {
  /** Commands that clients send, except blocking ones. */
  redis: Counts
  mongo: Counts
  /** undefined if they cannot be counted. */
  syncs: { api: number; worker: number } | undefined
  /**
   * The bytes that its processes wrote to the file system, in whole pages, and the size of its
   * files, in all and of the smallest but the thumbnail; undefined if unknown.
   */
  bytes: { written: number; files: number; smallest: number } | undefined
}

/** Nothing that runs on a timer may fall into the measured time. */
const HOUR = '3600000'
const QUIET = {
  ESTIMATE_INTERVAL_MS: HOUR,
  SWEEP_INTERVAL_MS: HOUR,
  CLEANUP_INTERVAL_MS: HOUR,
  FOLLOW_RECHECK_MS: HOUR,
  STALLED_INTERVAL_MS: HOUR,
  IDLE_RESTART_MS: HOUR,
}
const QUIET_MS = 200

/** Written once a second for a tenant that does anything, however many tasks that is. */
const EACH_SECOND = ['findAndModify usage']

/**
 * The start of a task that has ended this soon is written together with its end. On a slow disk
 * many tasks take longer, so more of them are counted.
 */
const QUICK_MS = 200
const MOST_TASKS = 150

/**
 * Counts task by task until this many were quick, and uses the minimum: if the machine is slow for
 * a moment, the start of a task may be written separately, or its progress published once more.
 * Nothing else may use the stores.
 */
export async function measureTaskCosts(stores: Stores, tasks = 15): Promise<TaskCosts> {
  const darkroom = await createInstallation(stores, QUIET)
  const mongo = await countMongo(darkroom.mongoUrl)
  const redis = await countRedis(darkroom.redisUrl)
  try {
    const api = await darkroom.api({ env: { MONGODB_URL: mongo.url } })
    const worker = await darkroom.worker('worker', { env: { WORKER_CONCURRENCY: '1' } })
    let uploads = 0
    const oneTask = async (): Promise<TaskDocument> => {
      const seed = ++uploads
      const name = `photo ${seed}.jpg`
      const { id } = await accepted(api.url, { bytes: await sampleJpeg({ width: 900, height: 600, seed }), name })
      const completed = () => darkroom.tasks.findOne({ name, status: 'completed' })
      return await until(completed, { what: `the end of task ${id}`, timeoutMs: 30_000 })
    }
    let quick = 0
    const countedTask = async (): Promise<void> => {
      const { startedAt, finishedAt } = await oneTask()
      if (finishedAt.getTime() - startedAt.getTime() < QUICK_MS) quick++
    }
    const isEnough = (counted: number): boolean => quick >= tasks || counted >= MOST_TASKS
    const [ofRedis, ofMongo] = await countEach([redis, mongo], countedTask, isEnough)
    const pids = { api: [api.pid], worker: [worker.pid, ...childrenOf(worker.pid)] }
    const syncs = canCountSyncs() ? await leastSyncsOf(pids, oneTask) : undefined
    return {
      redis: ofRedis ?? {},
      mongo: ofMongo ?? {},
      syncs,
      bytes: await leastBytesOf(Object.values(pids).flat(), oneTask, tasks),
    }
  } finally {
    mongo.stop()
    redis.stop()
    await darkroom.stop()
  }
}

/**
 * The commands of a bare BullMQ job, added individually, processed by a worker that does nothing,
 * its end received as an event: a lower bound for a task.
 */
export async function measureBareJob(redisUrl: string, jobs = 9): Promise<Counts> {
  const connection = { url: redisUrl, maxRetriesPerRequest: null }
  const queue = new Queue('bare', { connection })
  const events = new QueueEvents('bare', { connection })
  const worker = new Worker('bare', async () => {}, { connection, concurrency: 1, stalledInterval: Number(HOUR) })
  const redis = await countRedis(redisUrl)
  try {
    await Promise.all([worker.waitUntilReady(), events.waitUntilReady()])
    const oneJob = async (): Promise<void> => {
      const ended = once(events, 'completed')
      await queue.add('job', {})
      await ended
    }
    return (await countEach([redis], oneJob, (counted) => counted >= jobs))[0] ?? {}
  } finally {
    redis.stop()
    await Promise.all([worker.close(), events.close(), queue.close()])
  }
}

/**
 * The least cost of one execution by each counter. An execution before them creates what all later
 * ones find.
 */
async function countEach(
  counters: readonly CommandCounter[],
  act: () => Promise<void>,
  isEnough: (counted: number) => boolean,
): Promise<Counts[]> {
  await act()
  await countsUntilQuiet(counters)
  const counted: Counts[][] = []
  while (!isEnough(counted.length)) {
    await act()
    counted.push(await countsUntilQuiet(counters))
  }
  return counters.map((_counter, index) => leastOf(counted.map((counts) => counts[index] ?? {})))
}

/** Counts until nothing has happened for a while. */
async function countsUntilQuiet(counters: readonly CommandCounter[]): Promise<Counts[]> {
  const totals: Counts[] = counters.map(() => ({}))
  const isQuiet = async (): Promise<boolean> => {
    const news = await Promise.all(counters.map((counter) => counter.take()))
    for (const [index, counts] of news.entries()) {
      for (const name of [...BLOCKING, ...EACH_SECOND]) delete counts[name]
      for (const [name, times] of Object.entries(counts))
        (totals[index] as Counts)[name] = (totals[index]?.[name] ?? 0) + times
    }
    return news.every((counts) => Object.keys(counts).length === 0)
  }
  await until(isQuiet, { what: 'a quiet moment', intervalMs: QUIET_MS })
  return totals
}

/**
 * The least of each that two executions in a row sent, for one. On a busy machine an execution may
 * send more, and a command that is late is missing in one and counted in the next.
 */
function leastOf(counted: readonly Counts[]): Counts {
  const names = [...new Set(counted.flatMap((counts) => Object.keys(counts)))].toSorted()
  const entries = names.map((name) => {
    const each = counted.map((counts) => counts[name] ?? 0)
    const pairs = each.slice(1).map((times, index) => times + (each[index] ?? 0))
    return [name, Math.ceil(Math.min(...pairs) / 2)] as const
  })
  return Object.fromEntries(entries.filter(([, times]) => times > 0))
}

/** The fewest of several tasks: now and then a process also checks its folder with a file. */
async function leastSyncsOf<Who extends string>(
  pids: Record<Who, number[]>,
  oneTask: () => Promise<unknown>,
  tasks = 5,
): Promise<Record<Who, number>> {
  const names = Object.keys(pids) as Who[]
  const least = Object.fromEntries(names.map((name) => [name, Infinity])) as Record<Who, number>
  for (let task = 0; task < tasks; task++) {
    const counters = await Promise.all(names.map((name) => countSyncs(pids[name])))
    await oneTask()
    const syncs = await Promise.all(counters.map((counter) => counter.stop()))
    for (const [index, name] of names.entries()) least[name] = Math.min(least[name], syncs[index] ?? Infinity)
  }
  return least
}

/**
 * The cheapest of several tasks: while one is measured, a process may write something of its own.
 */
async function leastBytesOf(
  pids: readonly number[],
  oneTask: () => Promise<TaskDocument>,
  tasks: number,
): Promise<TaskCosts['bytes']> {
  const measured: NonNullable<TaskCosts['bytes']>[] = []
  for (let task = 0; task < tasks; task++) {
    const bytes = await bytesOf(pids, oneTask)
    if (!bytes) return undefined
    measured.push(bytes)
  }
  return measured.toSorted((a, b) => a.written - a.files - (b.written - b.files))[0]
}

interface Stored {
  source: { bytes: number }
  files: StoredFile[]
}

async function bytesOf(pids: readonly number[], oneTask: () => Promise<TaskDocument>): Promise<TaskCosts['bytes']> {
  const before = writtenBytes(pids)
  const { source, files } = (await oneTask()) as unknown as Stored
  const after = writtenBytes(pids)
  // If the files are in memory, nothing is ever written to a disk.
  if (before === undefined || after === undefined || after === before) return undefined
  const sum = files.reduce((total, { bytes }) => total + bytes, source.bytes)
  const large = files.filter((file) => !isThumb(file)).map(({ bytes }) => bytes)
  return { written: after - before, files: sum, smallest: Math.min(source.bytes, ...large) }
}

/** Bytes that processes wrote to disk in whole pages, from /proc (proc_pid_io(5)). */
function writtenBytes(pids: readonly number[]): number | undefined {
  try {
    return pids.reduce(
      (sum, pid) => sum + Number(/^write_bytes: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]),
      0,
    )
  } catch {
    return undefined
  }
}
