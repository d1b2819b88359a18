import { availableParallelism, hostname, totalmem } from 'node:os'
import type { KindContract } from '@darkroom/contracts'
import { queueNames, type QueueNames } from '@darkroom/messaging'
import { outgoingEnv } from '@darkroom/outgoing'
import { envInteger, imageEnv, redisUrl, sharedEnv, storageSettings, type StorageSettings } from '@darkroom/runtime'
import { z } from 'zod'
import type { FetchSettings } from './run-fetch.ts'

const MIB = 1024 ** 2

/**
 * The environment variables that every worker reads, with their defaults. An app adds its own, and
 * that of its concurrency.
 */
export const workerEnv = ({ policy }: Pick<KindContract, 'policy'>) => ({
  ...sharedEnv,
  // Redis does not allow spaces in client names.
  WORKER_ID: z
    .string()
    .regex(/^[!-~]{1,200}$/, 'must be at most 200 visible ASCII characters')
    .default(`${hostname()}-${process.pid}`),
  JOB_DEADLINE_MS: envInteger(policy.deadlineMs, 100, 3_600_000),
  CHILD_MAX_RSS_BYTES: envInteger(1024 * MIB, 128 * MIB),
  LOCK_DURATION_MS: envInteger(5000, 1000),
  STALLED_INTERVAL_MS: envInteger(1000, 100),
  IDLE_RESTART_MS: envInteger(30_000, 1000),
  METRICS_PORT: envInteger(0, 0, 65_535),
  ...outgoingEnv,
  UPLOAD_MAX_BYTES: imageEnv.UPLOAD_MAX_BYTES,
  SOURCE_TIMEOUT_MS: envInteger(60_000, 1000, 900_000),
})

/**
 * The number of concurrent jobs: by default `slots`, or as many as there is memory for.
 * @param slotBytes the most memory that a job of the kind needs
 * @param slots by default one per core
 */
export const concurrencyEnv = ({ slotBytes, slots }: { slotBytes: number; slots?: number }) =>
  envInteger(defaultConcurrency(slotBytes, slots), 1, 256)

/** The validated settings of a worker. */
export interface WorkerConfig extends StorageSettings {
  redisUrl: string
  names: QueueNames
  workerId: string
  /** The number of concurrent jobs: one child process each. */
  concurrency: number
  logLevel: string
  jobDeadlineMs: number
  childMaxRssBytes: number
  lockDurationMs: number
  stalledIntervalMs: number
  shutdownTimeoutMs: number
  idleRestartMs: number
  /** The port for metrics; 0 disables them. */
  metricsPort: number
  /** The complete environment of the children. */
  childEnv: NodeJS.ProcessEnv
  /** Of downloads. */
  fetch: FetchSettings
}

type WorkerEnv = z.infer<z.ZodObject<ReturnType<typeof workerEnv>>>

/** The settings of a worker from its validated environment. */
export function workerConfig(env: WorkerEnv, kind: KindContract, concurrency: number): WorkerConfig {
  return {
    redisUrl: redisUrl(env),
    names: queueNames({ namespace: env.REDIS_NAMESPACE, queue: env.QUEUE_NAME }, kind),
    ...storageSettings(env),
    workerId: env.WORKER_ID,
    concurrency,
    logLevel: env.LOG_LEVEL,
    jobDeadlineMs: env.JOB_DEADLINE_MS,
    childMaxRssBytes: env.CHILD_MAX_RSS_BYTES,
    lockDurationMs: env.LOCK_DURATION_MS,
    stalledIntervalMs: env.STALLED_INTERVAL_MS,
    shutdownTimeoutMs: env.SHUTDOWN_TIMEOUT_MS,
    idleRestartMs: env.IDLE_RESTART_MS,
    metricsPort: env.METRICS_PORT,
    childEnv: childEnv(process.env),
    fetch: {
      env: childEnv(process.env),
      allowed: env.ALLOW_PRIVATE_ADDRESSES.map(([address, bits]) => `${address.toString()}/${bits}`).join(),
      maxBytes: env.UPLOAD_MAX_BYTES,
      maxMs: env.SOURCE_TIMEOUT_MS,
    },
  }
}

/** What a program needs to start at all, and nothing more. */
const INHERITED = [
  'PATH',
  'HOME',
  'TMPDIR',
  'TMP',
  'TZ',
  'LANG',
  'LC_ALL',
  'LD_LIBRARY_PATH',
  'LD_PRELOAD',
  'NODE_COMPILE_CACHE',
  'SystemRoot',
  'TEMP',
]

/**
 * The environment of a child process. It processes untrusted bytes, so it gets no secrets, above
 * all no Redis password. By default, glibc keeps one arena per thread, which costs 40 % more memory
 * than two; four libuv threads are plenty for one job.
 */
export function childEnv(given: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const inherited = INHERITED.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]]))
  return { ...Object.fromEntries(inherited), MALLOC_ARENA_MAX: '2', UV_THREADPOOL_SIZE: '4' }
}

/** One job per slot, as long as there is enough memory for each. */
export function defaultConcurrency(slotBytes: number, slots = availableParallelism(), bytes = memoryBytes()): number {
  return Math.max(1, Math.min(slots, Math.floor(bytes / slotBytes)))
}

/** The memory that this process may use: a container may have less than the machine. */
function memoryBytes(): number {
  return Math.min(totalmem(), process.constrainedMemory() || Infinity)
}
