import { createMaintenance, type RedisNames, type TaskQueues } from '@darkroom/messaging'
import type { Logger } from '@darkroom/runtime'
import type { Storage } from '@darkroom/storage'
import type { Redis } from 'ioredis'
import type { MongoConnection } from '../mongo/create-mongo.ts'
import type { Send } from '../send.ts'
import type { Announcer } from '../tasks/announce.ts'
import type { StopJob } from '../tasks/stop-job.ts'
import type { TaskStore } from '../tasks/task-store.ts'
import type { TaskRecord } from '../tasks/task.ts'
import { CleanupTotalsStore } from './cleanup-totals-store.ts'
import { DeleteTaskHandler } from './delete-task.ts'
import { ExpireTasks, ExpireTasksHandler } from './expire-tasks.ts'
import { ExpiryStore } from './expiry-store.ts'
import { FileRemover } from './file-remover.ts'
import { Janitor } from './janitor.ts'
import { SharedTurn } from './shared-turn.ts'
import { TrimQueues, TrimQueuesHandler } from './trim-queues.ts'

export interface RemovalSettings {
  PURGE_GRACE_SECONDS: number
  RECORD_TTL_SECONDS: number
  CLEANUP_INTERVAL_MS: number
  CLEANUP_CRON: string
  QUEUE_CLEANUP_CRON: string
  CLEANUP_TIME_ZONE: string
  JANITOR_INTERVAL_MS: number
  ORPHAN_AGE_MS: number
  UPLOAD_TIMEOUT_MS: number
  REQUEST_TIMEOUT_MS: number
}

/** Removes files and records: deleted, expired and orphaned ones. */
export function createRemoval(parts: {
  env: RemovalSettings
  mongo: MongoConnection
  redis: { producer: Redis; consumer: Redis }
  names: RedisNames
  queues: TaskQueues
  storage: Storage
  tempFolder: string
  store: TaskStore
  announcer: Announcer
  stopJob: StopJob
  recordRemoved: (task: TaskRecord) => Promise<void>
  removeExpiredUploads: (onError: (error: unknown) => void) => Promise<number>
  appliedUntil: () => number
  /** Whether the data folder belongs to this installation. */
  isOurs: () => Promise<boolean>
  send: Send
  log: Logger
  now: () => number
}) {
  const { env, mongo, redis, names, storage, store, isOurs, send, log } = parts
  const { producer, consumer } = redis
  const expiries = new ExpiryStore(mongo)
  const files = new FileRemover({ store: expiries, storage, appliedUntil: parts.appliedUntil })
  const totals = new CleanupTotalsStore(mongo)
  const janitor = new Janitor({
    turn: new SharedTurn({
      redis: producer,
      key: `${names.prefix}:${names.maintenance}:janitor`,
      everyMs: env.JANITOR_INTERVAL_MS,
    }),
    store,
    storage,
    remover: files,
    removeExpiredUploads: parts.removeExpiredUploads,
    isOurs,
    tempFolder: parts.tempFolder,
    tempAgeMs: env.UPLOAD_TIMEOUT_MS + env.REQUEST_TIMEOUT_MS,
    orphanAgeMs: env.ORPHAN_AGE_MS,
    intervalMs: env.JANITOR_INTERVAL_MS,
    log,
  })
  const timeZone = env.CLEANUP_TIME_ZONE
  /** Everything past its age, and orphans. It is logged even if there was nothing to remove. */
  const cleanUpFiles = async (signal: AbortSignal): Promise<void> => {
    if (!(await isOurs())) return
    log.info(await send(new ExpireTasks(signal)), 'files cleaned up')
    janitor.passNow()
  }
  const maintenance = createMaintenance({
    producer,
    consumer,
    names,
    checkMs: env.CLEANUP_INTERVAL_MS,
    work: {
      cleanup: {
        when: { everyMs: env.CLEANUP_INTERVAL_MS },
        run: async (signal) => void ((await isOurs()) && (await send(new ExpireTasks(signal)))),
      },
      'daily-cleanup': { when: { cron: env.CLEANUP_CRON, timeZone }, run: cleanUpFiles },
      'queue-cleanup': {
        when: { cron: env.QUEUE_CLEANUP_CRON, timeZone },
        run: async (signal) => void (await send(new TrimQueues(signal))),
      },
    },
    onError: (error) => log.warn({ err: error }, 'clean-up failed; the next one continues'),
  })
  producer.on('ready', () => janitor.redisIsBack())
  const keep = { graceMs: env.PURGE_GRACE_SECONDS * 1000, recordMs: env.RECORD_TTL_SECONDS * 1000 }
  return {
    totals,
    handlers: [
      new DeleteTaskHandler({ ...parts, expiries, files }),
      new ExpireTasksHandler({ ...parts, expiries, files, totals, keep }),
      new TrimQueuesHandler({ ...parts, queues: parts.queues.all, totals }),
    ],
    roomIsLow: (): void => janitor.roomIsLow(),
    filesLeft: (): void => janitor.filesLeft(),
    start: (): void => {
      janitor.start()
      maintenance.start()
    },
    stopJanitor: () => janitor.stop(),
    stopMaintenance: () => maintenance.stop(),
  }
}
