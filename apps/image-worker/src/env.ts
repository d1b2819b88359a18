import { availableParallelism, hostname, totalmem } from 'node:os'
import { resolve } from 'node:path'
import { redisNames, type RedisNames } from '@darkroom/messaging'
import { envInteger, imageEnv, loadEnv, redisUrl, sharedEnv } from '@darkroom/runtime'
import { z } from 'zod'

const MIB = 1024 ** 2

/** The hungriest image within the limits takes about 240 MB (an interlaced PNG of 50 Mpx). */
const SLOT_BYTES = 300 * MIB

/** Every name that a worker reads from its environment, with its default. */
export const workerEnv = z.object({
  ...sharedEnv,
  ...imageEnv,
  // Redis takes no spaces in the name of a client.
  WORKER_ID: z
    .string()
    .regex(/^[!-~]{1,200}$/, 'must be at most 200 visible ASCII characters')
    .default(`${hostname()}-${process.pid}`),
  WORKER_CONCURRENCY: envInteger(defaultConcurrency(availableParallelism(), memoryBytes()), 1, 256),
  JOB_DEADLINE_MS: envInteger(30_000, 100, 3_600_000),
  CHILD_MAX_RSS_BYTES: envInteger(1024 * MIB, 128 * MIB),
  LOCK_DURATION_MS: envInteger(5000, 1000),
  STALLED_INTERVAL_MS: envInteger(1000, 100),
  IDLE_RESTART_MS: envInteger(30_000, 1000),
  METRICS_PORT: envInteger(0, 0, 65_535),
})

/** All that a worker is told, checked. */
export interface WorkerConfig {
  redisUrl: string
  names: RedisNames
  /** Absolute. */
  dataDir: string
  workerId: string
  /** Jobs at a time: one child process each. */
  concurrency: number
  logLevel: string
  jobDeadlineMs: number
  childMaxRssBytes: number
  /** Most pixels of an original. */
  imageMaxPixels: number
  lockDurationMs: number
  stalledIntervalMs: number
  shutdownTimeoutMs: number
  idleRestartMs: number
  /** Where metrics are served; 0: nowhere. */
  metricsPort: number
  /** The whole environment of the children. */
  childEnv: NodeJS.ProcessEnv
}

/** Reads the environment, or ends the process with a list of all that is wrong with it. */
export function loadWorkerConfig(): WorkerConfig {
  return workerConfig(loadEnv(workerEnv), process.env)
}

function workerConfig(env: z.infer<typeof workerEnv>, given: NodeJS.ProcessEnv): WorkerConfig {
  return {
    redisUrl: redisUrl(env),
    names: redisNames({ namespace: env.REDIS_NAMESPACE, queue: env.QUEUE_NAME }),
    dataDir: resolve(env.DATA_DIR),
    workerId: env.WORKER_ID,
    concurrency: env.WORKER_CONCURRENCY,
    logLevel: env.LOG_LEVEL,
    jobDeadlineMs: env.JOB_DEADLINE_MS,
    childMaxRssBytes: env.CHILD_MAX_RSS_BYTES,
    imageMaxPixels: env.IMAGE_MAX_PIXELS,
    lockDurationMs: env.LOCK_DURATION_MS,
    stalledIntervalMs: env.STALLED_INTERVAL_MS,
    shutdownTimeoutMs: env.SHUTDOWN_TIMEOUT_MS,
    idleRestartMs: env.IDLE_RESTART_MS,
    metricsPort: env.METRICS_PORT,
    childEnv: childEnv(given),
  }
}

/** What a program needs to start at all, and nothing else of ours. */
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG', 'LC_ALL', 'LD_LIBRARY_PATH', 'LD_PRELOAD', 'SystemRoot', 'TEMP']

/**
 * The environment of a child process. It decodes strangers' bytes, so it gets no secret, above all no Redis password.
 * glibc keeps an arena a thread by default, which costs 40 % more memory than two; four libuv threads are plenty for
 * one image.
 */
export function childEnv(given: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const inherited = INHERITED.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]]))
  return { ...Object.fromEntries(inherited), MALLOC_ARENA_MAX: '2', UV_THREADPOOL_SIZE: '4' }
}

/** A job a core, as long as each has the memory for the hungriest image. */
export function defaultConcurrency(cores: number, bytes: number): number {
  return Math.max(1, Math.min(cores, Math.floor(bytes / SLOT_BYTES)))
}

/** What this process may use: a container may have less than the machine. */
export function memoryBytes(): number {
  return Math.min(totalmem(), process.constrainedMemory() || Infinity)
}
