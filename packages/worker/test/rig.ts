import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  DEFAULT_TENANT,
  imageOptimize,
  originalKey,
  type ImageJob,
  type photoBibs,
  type TaskEvent,
  type TaskEventOf,
} from '@darkroom/contracts'
import { TaskQueue, queueNames, subscribeTaskEvents, type QueuedJob } from '@darkroom/messaging'
import { connectRedis, createLogger, runShutdown } from '@darkroom/runtime'
import { createDiskStorage, openStorage } from '@darkroom/storage'
import { sampleJpeg, uniqueName, until } from '@darkroom/testing'
import { inject, onTestFinished } from 'vitest'
import { createWorker, type WorkerSurroundings } from '../src/create-worker.ts'
import { childEnv, type WorkerConfig } from '../src/env.ts'
import type { WorkerApp } from '../src/worker-app.ts'

const log = createLogger({ name: 'test', level: process.env['TEST_LOG_LEVEL'] ?? 'silent' })
/** Needs no engine: its children copy the original, unless the image name makes them misbehave. */
const poisonApp = { program: new URL('./poison-child.ts', import.meta.url) }
/** Kinds whose jobs have the same fields. */
type PhotoKind = typeof imageOptimize | typeof photoBibs
const quick = { attempts: 3, backoffMs: 50 }

/**
 * A queue, a data folder (and a bucket, if given) and a subscription to events for one test, by
 * default for images. All but the bucket is removed after it.
 */
export async function createRig({ s3, kind = imageOptimize }: Pick<WorkerConfig, 's3'> & { kind?: PhotoKind } = {}) {
  const namespace = uniqueName('worker')
  const names = queueNames({ namespace }, kind)
  const dataDir = await mkdtemp(join(tmpdir(), `${namespace}-`))
  const disk = createDiskStorage(dataDir)
  const storage = s3 ? await openStorage({ dataDir, s3 }) : disk
  const redis = connectRedis(inject('redisUrl'), 'producer', log)
  const ear = connectRedis(inject('redisUrl'), 'consumer', log)
  const queue = new TaskQueue({ redis, names, kind, policy: quick })
  const events: TaskEvent[] = []
  const invalid: string[] = []
  await until(() => redis.status === 'ready', { what: 'a connection to Redis' })
  await subscribeTaskEvents(ear, names.channel, {
    onEvent: (event) => events.push(event),
    onInvalid: (text) => invalid.push(text),
  })
  onTestFinished(async () => {
    await queue.close()
    const keys = await redis.keys(`${namespace}:*`)
    if (keys.length > 0) await redis.del(keys)
    redis.disconnect()
    ear.disconnect()
    storage.close()
    await rm(dataDir, { recursive: true, force: true })
  })

  const find = async (taskId: string): Promise<QueuedJob<ImageJob>> => {
    const job = (await queue.find(taskId, 1)) as QueuedJob<ImageJob> | undefined
    if (!job) throw new Error(`There is no job of task ${taskId}`)
    return job
  }
  return {
    names,
    namespace,
    dataDir,
    s3,
    disk,
    storage,
    redis,
    queue,
    events,
    invalid,
    find,

    /**
     * Stores an original and adds its job to the queue. The image name selects the misbehaviour.
     */
    async submit(given: Partial<ImageJob> & { bytes?: Buffer; attempts?: number } = {}): Promise<ImageJob> {
      const { bytes = await smallPhoto, attempts = quick.attempts, ...fields } = given
      const taskId = randomBytes(12).toString('hex')
      const imagePath = originalKey({ tenant: DEFAULT_TENANT, folder: kind.originals, taskId, extension: 'jpg' })
      if (fields.sourceUrl === undefined) await storage.put(imagePath, bytes)
      const job = {
        taskId,
        imagePath,
        timestamp: Date.now(),
        epoch: 1,
        tenant: DEFAULT_TENANT,
        imageName: 'photo',
        ...fields,
      }
      await queue.add([{ job, priority: 'interactive', attempts }])
      return job
    },

    /**
     * A worker in the test's process, by default with misbehaving children. Stopped after the test,
     * if not before.
     */
    async startWorker(overrides: Partial<WorkerConfig> = {}, given: Partial<WorkerApp & WorkerSurroundings> = {}) {
      const config = { ...workerConfig(names, dataDir), ...(s3 && { s3 }), ...overrides }
      const surroundings = { storage: await openStorage(config), log, giveUp: () => {}, ...given }
      const worker = createWorker({ ...poisonApp, kind, args: [config.dataDir], ...given }, config, surroundings)
      let stopped: Promise<string[]> | undefined
      const stop = (): Promise<string[]> => (stopped ??= runShutdown(worker.shutdownPhases(), log))
      onTestFinished(async () => void (await stop()))
      await worker.start()
      return { ...worker, config, stop }
    },

    eventsOf: (taskId: string): TaskEvent[] => events.filter((event) => event.taskId === taskId),

    event: <T extends TaskEvent['eventType']>(taskId: string, type: T): Promise<TaskEventOf<T>> => {
      const isWanted = (event: TaskEvent): event is TaskEventOf<T> =>
        event.taskId === taskId && event.eventType === type
      return until(() => events.find(isWanted), { what: `${type} of ${taskId}`, timeoutMs: 20_000 }) as Promise<
        TaskEventOf<T>
      >
    },

    /** The job once it has failed permanently. */
    failed: (taskId: string): Promise<QueuedJob<ImageJob>> =>
      until(async () => (await (await find(taskId)).isFailed()) && find(taskId), {
        what: `the failure of ${taskId}`,
        timeoutMs: 20_000,
      }),

    /** Lets all jobs named `waits` continue. */
    release: (): Promise<void> => writeFile(join(dataDir, 'go'), ''),
  }
}

const smallPhoto = sampleJpeg({ width: 1200, height: 900 })

function workerConfig(names: WorkerConfig['names'], dataDir: string): WorkerConfig {
  return {
    redisUrl: inject('redisUrl'),
    names,
    dataDir,
    workerId: 'worker-a',
    concurrency: 1,
    logLevel: 'silent',
    jobDeadlineMs: 20_000,
    childMaxRssBytes: 1024 ** 3,
    lockDurationMs: 1000,
    stalledIntervalMs: 200,
    shutdownTimeoutMs: 10_000,
    idleRestartMs: 60_000,
    metricsPort: 0,
    childEnv: childEnv(process.env),
    fetch: {
      env: childEnv(process.env),
      allowed: '127.0.0.1',
      maxBytes: 1024 ** 2,
      maxMs: 10_000,
    },
  }
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
