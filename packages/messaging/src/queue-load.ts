import { PRIORITIES, type TaskPriority } from '@darkroom/contracts'
import type { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import type { QueueNames } from './names.ts'
import { readTurns, SCORE_UNIT, type Turns } from './turns.ts'
import { readWorkerPresence, type WorkerPresence } from './worker-presence.ts'

/** The jobs of a queue, and the workers available for them. */
export interface QueueLoad extends WorkerPresence {
  waiting: Record<TaskPriority, number>
  turns: Record<TaskPriority, Turns>
  active: number
  /** Jobs whose delay is over, but which no worker has taken back to the waiting ones yet. */
  due: number
  isPaused: boolean
}

const NAMES = Object.keys(PRIORITIES) as TaskPriority[]

export async function readQueueLoad(queue: Queue, redis: Redis, names: QueueNames): Promise<QueueLoad> {
  // In the order in which a job passes through these states, so that none is missed on its way.
  const [due, waiting, turns, active, isPaused, presence] = await Promise.all([
    redis.zcount(`${names.prefix}:${names.queue}:delayed`, '-inf', `(${(Date.now() + 1) * DELAY_UNIT}`),
    queue.getCountsPerPriority(Object.values(PRIORITIES)),
    Promise.all(NAMES.map(async (name) => [name, await readTurns(redis, names, name)] as const)),
    queue.getActiveCount(),
    queue.isPaused(),
    readWorkerPresence(redis, names),
  ])
  return {
    ...presence,
    due,
    active,
    isPaused,
    waiting: byPriority(NAMES.map((name) => [name, waiting[PRIORITIES[name]] ?? 0])),
    turns: byPriority(turns),
  }
}

const byPriority = <Value>(entries: (readonly [TaskPriority, Value])[]) =>
  Object.fromEntries(entries) as Record<TaskPriority, Value>

/** BullMQ's score of a delayed job: the time at which it is due, and the order of arrival below. */
const DELAY_UNIT = 0x1000
/**
 * Jobs looked at per priority for the one that has waited longest: the next job of each of as many
 * tenants.
 */
const HEADS = 20

/**
 * When the longest-waiting job was added (milliseconds since 1970); null if none is waiting. The
 * first job of the queue may be a new one with a high priority, or of a tenant with few jobs, so the
 * first jobs of each priority are read.
 */
export async function oldestWaitingSince(redis: Redis, { prefix, queue }: QueueNames): Promise<number | null> {
  const key = (part: string): string => `${prefix}:${queue}:${part}`
  const firsts = redis.pipeline().lindex(key('wait'), -1)
  for (const priority of Object.values(PRIORITIES)) {
    firsts.zrange(
      key('prioritized'),
      priority * SCORE_UNIT,
      `(${(priority + 1) * SCORE_UNIT}`,
      'BYSCORE',
      'LIMIT',
      0,
      HEADS,
    )
  }
  const ids = valuesOf(await firsts.exec()).flat()
  const lookups = redis.pipeline()
  for (const id of ids) if (typeof id === 'string') lookups.hget(key(id), 'timestamp')
  const times = valuesOf(await lookups.exec()).flatMap((time) => (typeof time === 'string' ? Number(time) : []))
  return times.length > 0 ? Math.min(...times) : null
}

function valuesOf(results: [error: Error | null, value: unknown][] | null): unknown[] {
  return (results ?? []).map(([error, value]) => {
    if (error) throw error
    return value
  })
}
