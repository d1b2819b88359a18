import { Queue, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import type { RedisNames } from './names.ts'

export interface MaintenanceOptions {
  /** A `producer` connection, for the schedule. The caller owns and closes both. */
  producer: Redis
  /** A `consumer` connection, for the work. */
  consumer: Redis
  names: RedisNames
  everyMs: number
  /** The work. It should soon come to an end once the signal says so. */
  run: (signal: AbortSignal) => Promise<void>
  onError: (error: unknown) => void
}

export type Maintenance = ReturnType<typeof createMaintenance>

const SCHEDULE = 'cleanup'
/** A run that failed is no loss: the next one does its work. */
const KEPT = { removeOnComplete: { count: 10 }, removeOnFail: { count: 10 } }
/** A schedule whose next run is overdue by so many intervals has lost it. */
const OVERDUE_INTERVALS = 3
/**
 * A run that died with its process holds up the next one for so long; BullMQ's own 30 s and 30 s
 * would be a minute.
 */
const LOCK = { lockDuration: 10_000, stalledInterval: 5000 }

/**
 * Periodic work that any process may do and only one does at a time: one run each interval, however
 * many processes there are. The schedule lives in Redis and may vanish with it, so every process
 * looks each interval whether it is there.
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
  // Without listeners an 'error' ends the process; the connections log their own.
  queue.on('error', () => {})
  worker.on('error', () => {})
  worker.on('failed', (_job, error) => onError(error))

  /** Another look is due anyway, so that Redis is away is no reason to complain. */
  const ensureScheduled = async (): Promise<void> => {
    if (timer === undefined || producer.status !== 'ready') return
    const scheduled = await queue.getJobScheduler(SCHEDULE)
    const isAlive = scheduled?.every === everyMs && (scheduled.next ?? 0) > Date.now() - OVERDUE_INTERVALS * everyMs
    // Not each time: written over while its run goes on, a schedule would begin a second series.
    if (isAlive) return
    await queue.setGlobalConcurrency(1)
    await queue.upsertJobScheduler(SCHEDULE, { every: everyMs }, { name: SCHEDULE, opts: KEPT })
  }
  const look = (): void => void ensureScheduled().catch(onError)

  return {
    /** Never throws; while Redis is away the schedule waits for it. */
    start(): void {
      timer = setInterval(look, everyMs)
      producer.on('ready', look)
      look()
      worker.run().catch(onError)
    },

    /** Ends when the run that is under way here has ended. */
    async stop(): Promise<void> {
      stopping.abort()
      clearInterval(timer)
      timer = undefined
      producer.off('ready', look)
      // Without Redis there is no run to wait for, and closing in order would wait for Redis.
      await worker.close(consumer.status !== 'ready')
      await queue.close()
    },
  }
}
