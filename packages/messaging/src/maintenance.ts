import { Queue, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import type { RedisNames } from './names.ts'

/** When work is due: at an interval, or by a cron expression in a time zone. */
export type Schedule = { everyMs: number } | { cron: string; timeZone: string }

/** Work of which one process does each run. */
export interface ScheduledWork {
  when: Schedule
  /** It should finish soon after the signal is aborted. */
  run: (signal: AbortSignal) => Promise<void>
}

export interface MaintenanceOptions {
  /** A `producer` connection, for the schedule. The caller owns and closes both connections. */
  producer: Redis
  /** A `consumer` connection, for the work. */
  consumer: Redis
  names: RedisNames
  /** How often each process checks that nothing is missing from the schedule. */
  checkMs: number
  /** By its name in the queue. */
  work: Readonly<Record<string, ScheduledWork>>
  onError: (error: unknown) => void
}

export type Maintenance = ReturnType<typeof createMaintenance>

/** A failed run is not retried: the next one does its work. */
const KEPT = { removeOnComplete: { count: 10 }, removeOnFail: { count: 10 } }
/** A schedule whose next run is overdue by this many intervals has lost that run. */
const OVERDUE_INTERVALS = 3
/**
 * The same for a time of the day. A process that has just started first does what became due while
 * none was running.
 */
const OVERDUE_MS = 10 * 60_000
/**
 * Limits how long a run that died with its process delays the next one. With BullMQ's defaults (30
 * s and 30 s) it would be a minute.
 */
const LOCK = { lockDuration: 10_000, stalledInterval: 5000 }

/**
 * Periodic work shared by any number of processes: one process does each run, and never two at a
 * time. The schedules are kept in Redis and may be lost with it, so every process keeps checking
 * that they exist.
 */
export function createMaintenance({ producer, consumer, names, checkMs, work, onError }: MaintenanceOptions) {
  const stopping = new AbortController()
  const queue = new Queue(names.maintenance, { connection: producer, prefix: names.prefix })
  // The previous release, or another configuration, may have left jobs of other names.
  const worker = new Worker(names.maintenance, async ({ name }) => work[name]?.run(stopping.signal), {
    connection: consumer,
    prefix: names.prefix,
    autorun: false,
    concurrency: 1,
    ...LOCK,
  })
  let timer: NodeJS.Timeout | undefined
  let startedAt = 0
  // Without a listener, an 'error' would end the process; the connections log their errors
  // themselves.
  queue.on('error', () => {})
  worker.on('error', () => {})
  worker.on('failed', (_job, error) => onError(error))

  /** Does nothing while Redis is unreachable: the next check is due anyway. */
  const ensureScheduled = async (): Promise<void> => {
    if (timer === undefined || producer.status !== 'ready') return
    for (const [name, { when }] of Object.entries(work)) {
      const scheduled = await queue.getJobScheduler(name)
      // Only if needed: replacing a schedule during one of its runs would start a second series of
      // runs.
      if (scheduled && isAlive(scheduled, when, startedAt)) continue
      await queue.setGlobalConcurrency(1)
      const repeat = 'cron' in when ? { pattern: when.cron, tz: when.timeZone } : { every: when.everyMs }
      await queue.upsertJobScheduler(name, repeat, { name, opts: KEPT })
    }
  }
  const look = (): void => void ensureScheduled().catch(onError)

  return {
    /** Never throws; while Redis is unreachable, the schedule waits for it. */
    start(): void {
      timer = setInterval(look, checkMs)
      startedAt = Date.now()
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

type Scheduled = NonNullable<Awaited<ReturnType<Queue['getJobScheduler']>>>

/** Whether this is its schedule, and its next run is not lost. */
function isAlive({ every, pattern, tz, next = 0 }: Scheduled, when: Schedule, startedAt: number): boolean {
  const now = Date.now()
  if ('everyMs' in when) return every === when.everyMs && next > now - OVERDUE_INTERVALS * when.everyMs
  return pattern === when.cron && tz === when.timeZone && (next > now - OVERDUE_MS || startedAt > now - OVERDUE_MS)
}
