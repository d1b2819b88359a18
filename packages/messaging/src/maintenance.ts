import { Queue, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import type { RedisNames } from './names.ts'

export interface MaintenanceOptions {
  /** A `producer` connection, for the schedule. The caller owns and closes both connections. */
  producer: Redis
  /** A `consumer` connection, for the work. */
  consumer: Redis
  names: RedisNames
  everyMs: number
  /** The work. It should finish soon after the signal is aborted. */
  run: (signal: AbortSignal) => Promise<void>
  onError: (error: unknown) => void
}

export type Maintenance = ReturnType<typeof createMaintenance>

const SCHEDULE = 'cleanup'
/** A failed run is not retried: the next one does its work. */
const KEPT = { removeOnComplete: { count: 10 }, removeOnFail: { count: 10 } }
/** A schedule whose next run is overdue by this many intervals has lost that run. */
const OVERDUE_INTERVALS = 3
/**
 * Limits how long a run that died with its process delays the next one. With BullMQ's defaults (30
 * s and 30 s) it would be a minute.
 */
const LOCK = { lockDuration: 10_000, stalledInterval: 5000 }

/**
 * Periodic work shared by any number of processes: one run per interval, and never two at a time.
 * The schedule is kept in Redis and may be lost with it, so every process checks once per interval
 * that it exists.
 */
export function createMaintenance({ producer, consumer, names, everyMs, run, onError }: MaintenanceOptions) {
  const stopping = new AbortController()
  const queue = new Queue(names.maintenance, { connection: producer, prefix: names.prefix })
  const worker = new Worker(names.maintenance, () => run(stopping.signal), {
    connection: consumer,
    prefix: names.prefix,
    autorun: false,
    concurrency: 1,
    ...LOCK,
  })
  let timer: NodeJS.Timeout | undefined
  // Without a listener, an 'error' would end the process; the connections log their errors
  // themselves.
  queue.on('error', () => {})
  worker.on('error', () => {})
  worker.on('failed', (_job, error) => onError(error))

  /** Does nothing while Redis is unreachable: the next check is due anyway. */
  const ensureScheduled = async (): Promise<void> => {
    if (timer === undefined || producer.status !== 'ready') return
    const scheduled = await queue.getJobScheduler(SCHEDULE)
    const isAlive = scheduled?.every === everyMs && (scheduled.next ?? 0) > Date.now() - OVERDUE_INTERVALS * everyMs
    // Only if needed: replacing a schedule during one of its runs would start a second series of
    // runs.
    if (isAlive) return
    await queue.setGlobalConcurrency(1)
    await queue.upsertJobScheduler(SCHEDULE, { every: everyMs }, { name: SCHEDULE, opts: KEPT })
  }
  const look = (): void => void ensureScheduled().catch(onError)

  return {
    /** Never throws; while Redis is unreachable, the schedule waits for it. */
    start(): void {
      timer = setInterval(look, everyMs)
      producer.on('ready', look)
      look()
      worker.run().catch(onError)
    },

    /** Resolves when the current run of this process has ended. */
    async stop(): Promise<void> {
      stopping.abort()
      clearInterval(timer)
      timer = undefined
      producer.off('ready', look)
      // Without Redis there is no run to wait for, and a graceful close would wait for Redis.
      await worker.close(consumer.status !== 'ready')
      await queue.close()
    },
  }
}
