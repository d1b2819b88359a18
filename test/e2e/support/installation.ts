import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { imageOptimize } from '@darkroom/contracts'
import { queueNames } from '@darkroom/messaging'
import { checkAnswersOf, createAnswerChecker, uniqueName, type ApiDocument, type CheckAnswer } from '@darkroom/testing'
import { Redis } from 'ioredis'
import { type Document, MongoClient } from 'mongodb'
import {
  startApi,
  startWorker,
  type ApiProcess,
  type AppOptions,
  type AppProcess,
  type Exit,
  type WorkerOptions,
} from '../../../scripts/processes.ts'

export interface Stores {
  redisUrl: string
  mongoUrl: string
}

/** A task's document, as far as tests look at it. */
export interface TaskDocument extends Document {
  status: string
  rev: number
  startedAt: Date
  finishedAt: Date
  log: { seq: number; attempt: number; type: string }[]
}

export type Installation = Awaited<ReturnType<typeof createInstallation>>

/**
 * An installation of its own: names, database and folder are not shared. It has no processes yet.
 */
export async function createInstallation({ redisUrl, mongoUrl }: Stores, settings: NodeJS.ProcessEnv = {}) {
  const namespace = uniqueName('e2e')
  const dataDir = await mkdtemp(join(tmpdir(), `${namespace}-`))
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 1 })
  redis.on('error', () => {}) // some tests stop Redis
  const mongo = new MongoClient(databaseUrl(mongoUrl, namespace))
  const starts: Promise<AppProcess>[] = []
  const checked: ReturnType<typeof checkAnswersOf>[] = []
  const stopping = new AbortController()

  const env: NodeJS.ProcessEnv = {
    REDIS_URL: redisUrl,
    MONGODB_URL: databaseUrl(mongoUrl, namespace),
    REDIS_NAMESPACE: namespace,
    DATA_DIR: dataDir,
    LOG_LEVEL: 'info',
    ...settings,
  }
  const own = <P extends AppProcess>(start: Promise<P>): Promise<P> => {
    starts.push(start)
    return start
  }
  const withEnv = <Options extends AppOptions>(options: Options) => ({
    signal: stopping.signal,
    ...options,
    env: { ...env, ...options.env },
  })
  /** Including those that are still starting: a test that fails early leaves none behind. */
  const stopProcesses = async (): Promise<Exit[]> => {
    stopping.abort()
    const started = await Promise.allSettled(starts)
    return Promise.all(started.flatMap((start) => (start.status === 'fulfilled' ? [start.value.stop()] : [])))
  }

  return {
    namespace,
    dataDir,
    redisUrl,
    mongoUrl: env['MONGODB_URL'] as string,
    names: queueNames({ namespace }, imageOptimize),
    tasks: mongo.db().collection<TaskDocument>('tasks'),

    /** Its responses are validated against its own OpenAPI document, unless it is of another release. */
    api: async (options: AppOptions = {}): Promise<ApiProcess> => {
      const api = await own(startApi(withEnv(options)))
      if (options.root === undefined) checked.push(checkAnswersOf(api.url, await checkerOf(api.url)))
      return api
    },
    worker: (workerId: string, options: WorkerOptions = {}): Promise<AppProcess> =>
      own(startWorker(withEnv({ name: workerId, ...options, env: { WORKER_ID: workerId, ...options.env } }))),

    /** Stops all processes in order. */
    stopProcesses,

    /** Stops all processes in order and removes everything they left. */
    async stop(): Promise<void> {
      await stopProcesses()
      await removeKeys(redis, namespace).catch(() => {})
      redis.disconnect()
      await mongo.db().dropDatabase()
      await mongo.close()
      await rm(dataDir, { recursive: true, force: true })
      const undocumented = checked.flatMap(({ faults }) => faults())
      if (undocumented.length > 0) throw new Error(`Undocumented responses:\n${undocumented.join('\n')}`)
    },
  }
}

let checker: CheckAnswer | undefined

/** All processes of a test have the same document. */
async function checkerOf(url: string): Promise<CheckAnswer> {
  return (checker ??= createAnswerChecker((await (await fetch(`${url}/openapi.json`)).json()) as ApiDocument))
}

function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${database}`
  return url.href
}

async function removeKeys(redis: Redis, namespace: string): Promise<void> {
  for await (const keys of redis.scanStream({ match: `${namespace}:*`, count: 1000 })) {
    if ((keys as string[]).length > 0) await redis.unlink(keys as string[])
  }
}
