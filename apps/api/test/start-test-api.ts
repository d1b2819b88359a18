import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FOLDERS, imageOptimize, type TaskEvent } from '@darkroom/contracts'
import { queueNames, TaskQueue } from '@darkroom/messaging'
import {
  connectRedis,
  createLogger,
  parseEnv,
  redisUrl,
  runShutdown,
  storageSettings,
  type Logger,
} from '@darkroom/runtime'
import { createDiskStorage, openStorage } from '@darkroom/storage'
import { checkAnswersOf, createAnswerChecker, filesBelow, uniqueName, until } from '@darkroom/testing'
import type { Redis } from 'ioredis'
import type { Connection } from 'mongoose'
import { inject } from 'vitest'
import { createApi } from '../src/api.ts'
import { createMongoConnection } from '../src/mongo/connect-mongo.ts'
import { apiEnv } from '../src/env.ts'
import { createOpenApiDocument } from '../src/routes/docs/document.ts'
import { createAgent } from './create-agent.ts'
import { filePart, multipart, type Part } from './multipart.ts'

export const testLog: Logger = createLogger({ name: 'test', level: process.env['TEST_LOG_LEVEL'] ?? 'silent' })

export type TestApi = Awaited<ReturnType<typeof startTestApi>>

/** The response to a request, read to its end. */
export interface Answer {
  status: number
  headers: Headers
  bytes: Buffer
  text: string
  body: unknown
}

function mongoUrlOf(database: string, server: string): string {
  const url = new URL(server)
  url.pathname = `/${database}`
  url.searchParams.set('directConnection', 'true')
  return url.href
}

/** A connection to the test's own database, which is dropped on close. */
export async function openDatabase(
  database: string,
  options: { monitorCommands?: boolean } = {},
): Promise<{ connection: Connection; drop: () => Promise<void> }> {
  const connection = createMongoConnection()
  await connection.openUri(mongoUrlOf(database, inject('mongoUrl')), {
    writeConcern: { w: 'majority', journal: true },
    serverSelectionTimeoutMS: 5000,
    ...options,
  })
  const drop = async (): Promise<void> => {
    await connection.dropDatabase()
    await connection.close()
  }
  return { connection, drop }
}

/** A Redis connection that is ready to be used. The caller disconnects it. */
export async function openRedis(url: string = inject('redisUrl')): Promise<Redis> {
  const redis = connectRedis(url, 'producer', testLog)
  await until(() => redis.status === 'ready', { what: 'a connection to Redis' })
  return redis
}

/** Deletes the keys that match a pattern. */
export async function forgetKeys(redis: Redis, pattern: string): Promise<void> {
  for (let cursor = '0'; ;) {
    const [next, keys] = await redis.scan(cursor, 'MATCH', pattern, 'COUNT', 1000)
    if (keys.length > 0) await redis.unlink(keys)
    if (next === '0') return
    cursor = next
  }
}

const MIB = 1024 * 1024
const OPERATOR_TOKEN = 'the-token-of-the-operators-of-tests'
/** The headers of an operator of every test API whose test sets no other token. */
export const OPERATOR = { authorization: `Bearer ${OPERATOR_TOKEN}` }
/** Limits only appear in its texts, so one document serves all tests. */
const checkAnswer = createAnswerChecker(
  createOpenApiDocument({
    maxFileBytes: 50 * MIB,
    maxPixels: 50_000_000,
    maxFiles: 100,
    maxBatchBytes: 1024 * MIB,
    ttlSeconds: 3600,
    maxRosterBytes: 5 * MIB,
  }),
)

/** The whole API in this process, with its own data folder, database and Redis names. */
export async function startTestApi(
  given: NodeJS.ProcessEnv = {},
  { waitUntilReady = true, mongoServer = inject('mongoUrl') } = {},
) {
  const name = uniqueName('api')
  const dataDir = await mkdtemp(join(tmpdir(), `${name}-`))
  const env = parseEnv(apiEnv, {
    REDIS_URL: inject('redisUrl'),
    REDIS_NAMESPACE: name,
    QUEUE_NAME: name,
    MONGODB_URL: mongoUrlOf(name, mongoServer),
    DATA_DIR: dataDir,
    HOST: '127.0.0.1',
    PORT: '0',
    ADMIN_TOKEN: OPERATOR_TOKEN,
    MIN_FREE_BYTES: '0',
    ...given,
  })
  const names = queueNames({ namespace: env.REDIS_NAMESPACE, queue: env.QUEUE_NAME }, imageOptimize)
  // For the test itself: these stay connected when the API's connections are cut.
  const database = await openDatabase(name)
  const redis = await openRedis()
  const queue = new TaskQueue({
    redis,
    names,
    kind: imageOptimize,
    policy: { attempts: env.QUEUE_MAX_RETRIES, backoffMs: env.QUEUE_BACKOFF_MS },
  })
  const storage = createDiskStorage(dataDir)

  const stored = await openStorage(storageSettings(env))
  const api = createApi(env, { storage: stored, log: testLog })
  let undocumented = (): string[] => []

  /**
   * Shuts the API down and removes everything it stored. Throws if a step of the shutdown failed.
   */
  const stop = async (reason?: string): Promise<void> => {
    const troubled = await runShutdown(api.closing(reason), testLog)
    await queue.close()
    await forgetKeys(redis, `${names.prefix}:${names.queue}*`)
    if (env.REDIS_NAMESPACE) await forgetKeys(redis, `${env.REDIS_NAMESPACE}:*`)
    redis.disconnect()
    await database.drop()
    await rm(dataDir, { recursive: true, force: true })
    const faults = undocumented()
    if (faults.length > 0) throw new Error(`Undocumented responses:\n${faults.join('\n')}`)
    if (troubled.length > 0) throw new Error(`These steps of the shutdown failed: ${troubled.join(', ')}`)
  }
  const start = async () => {
    try {
      return await api.start()
    } catch (error) {
      await stop()
      throw error
    }
  }
  const { port } = await start()
  const url = `http://127.0.0.1:${port}`
  undocumented = checkAnswersOf(url, checkAnswer).faults

  const request = async (path: string, init: RequestInit = {}): Promise<Answer> => {
    const response = await fetch(url + path, { redirect: 'manual', ...init })
    const bytes = Buffer.from(await response.arrayBuffer())
    const text = bytes.toString()
    const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '')
    return {
      status: response.status,
      headers: response.headers,
      bytes,
      text,
      body: isJson && text ? JSON.parse(text) : undefined,
    }
  }
  const post = (path: string, parts: readonly Part[], headers: Record<string, string> = {}): Promise<Answer> => {
    const { body, contentType } = multipart(parts)
    return request(path, { method: 'POST', body, headers: { 'content-type': contentType, ...headers } })
  }
  const filesIn = (folder: string): Promise<string[]> => filesBelow(join(dataDir, folder))

  if (waitUntilReady)
    await until(async () => (await request('/readyz')).status === 200, { what: 'a ready API', timeoutMs: 30_000 })

  return {
    app: api.app,
    url,
    port,
    env,
    names,
    dataDir,
    redis,
    redisUrl: redisUrl(env),
    queue,
    /** On the disk of the API; with S3 only uploads in progress are there. */
    storage,
    /** Where the API stores files. */
    stored,
    database: database.connection,
    /** For tests of routes, not of connections. Each agent has its own cookies. */
    agent: () => createAgent(api.app, url),
    request,
    post,
    upload: (bytes: Buffer, fields: readonly Part[] = [], path = '/api/v1/tasks') =>
      post(path, [...fields, filePart(bytes)]),

    /** All files below a folder of the data folder. */
    filesIn,
    temporaryFiles: () => filesIn(FOLDERS.uploads),

    /** Publishes an event as a worker does, as soon as the API is subscribed. */
    tell: async (event: TaskEvent): Promise<void> => {
      const isHeard = async () => (await redis.publish(names.channel, JSON.stringify(event))) > 0
      await until(isHeard, { what: 'a subscriber of task events' })
    },

    stop,
  }
}
