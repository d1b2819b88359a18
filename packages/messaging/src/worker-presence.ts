import type { Redis } from 'ioredis'
import type { QueueNames } from './names.ts'

/** The connected workers, and how many jobs they can run at a time in total. */
export interface WorkerPresence {
  workers: number
  slots: number
}

/**
 * Announces how many jobs a worker runs at a time, and its release, in the name of one of its
 * connections. So the announcement disappears with the worker: nothing has to be renewed, and no
 * clock is trusted.
 * @param redis any connection of the worker except the one that BullMQ names
 */
export function announceSlots(
  redis: Redis,
  names: QueueNames,
  { workerId, slots, version }: { workerId: string; slots: number; version: string },
): void {
  const announce = (): void => {
    // A Redis without client names (some hosted ones) is assumed to have one worker.
    redis.client('SETNAME', `${clientBase(names)}:slots:${slots}/${version}:${workerId}`).catch(() => {})
  }
  if (redis.status === 'ready') announce()
  redis.on('ready', announce)
}

export async function readWorkerPresence(redis: Redis, names: QueueNames): Promise<WorkerPresence> {
  try {
    return parseClientList(await ownClients(redis), names)
  } catch (error) {
    // Like BullMQ: if the command is not allowed, one worker is assumed.
    if (error instanceof Error && error.name === 'ReplyError') return { workers: 1, slots: 1 }
    throw error
  }
}

/** Those of this database: other installations may use the same server. One connection per line. */
async function ownClients(redis: Redis): Promise<string> {
  const lines = String(await redis.client('LIST')).split('\n')
  const own = `db=${redis.options.db ?? 0}`
  return lines.filter((line) => line.split(' ').includes(own)).join('\n')
}

/** @param list lines of CLIENT LIST */
export function parseClientList(list: string, names: QueueNames): WorkerPresence {
  const base = clientBase(names)
  let workers = 0
  let slots = 0
  for (const [, name = ''] of list.matchAll(/ name=(\S+)/g)) {
    if (name === base || name.startsWith(`${base}:w:`)) workers++
    else if (name.startsWith(`${base}:slots:`)) slots += Number.parseInt(name.slice(`${base}:slots:`.length), 10) || 0
  }
  // Workers of earlier releases do not announce their slots.
  return { workers, slots: Math.max(workers, slots) }
}

/** A connected worker. */
export interface ConnectedWorker {
  id: string
  /** How many jobs it can run at a time. */
  slots: number
  /** Its release; release 0.1 did not tell. */
  version: string | null
  /** Since when it has been connected without an interruption, in milliseconds. */
  connectedMs: number
}

/** The workers of a queue by their ids; none if Redis does not allow the command. */
export async function readWorkers(redis: Redis, names: QueueNames): Promise<ConnectedWorker[]> {
  try {
    return parseWorkers(await ownClients(redis), names)
  } catch (error) {
    if (error instanceof Error && error.name === 'ReplyError') return []
    throw error
  }
}

/** @param list lines of CLIENT LIST */
export function parseWorkers(list: string, names: QueueNames): ConnectedWorker[] {
  const start = `${clientBase(names)}:slots:`
  const workers = new Map<string, ConnectedWorker>()
  for (const line of list.split('\n')) {
    const [, name = ''] = / name=(\S+)/.exec(line) ?? []
    const [, slots, version = null, id] =
      (name.startsWith(start) && /^(\d+)(?:\/([^:]+))?:(.+)$/.exec(name.slice(start.length))) || []
    if (slots === undefined || id === undefined) continue
    const [, age = '0'] = / age=(\d+)/.exec(line) ?? []
    workers.set(id, { id, slots: Number(slots), version, connectedMs: Number(age) * 1000 })
  }
  return [...workers.values()].toSorted((a, b) => a.id.localeCompare(b.id))
}

/** The prefix that BullMQ gives the names of its workers' connections. */
const clientBase = ({ prefix, queue }: QueueNames): string => `${prefix}:${Buffer.from(queue).toString('base64')}`
