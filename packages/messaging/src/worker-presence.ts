import type { Redis } from 'ioredis'
import type { QueueNames } from './names.ts'

/** Workers that are connected now, and how many jobs they do at a time altogether. */
export interface WorkerPresence {
  workers: number
  slots: number
}

/**
 * Tells how many jobs a worker does at a time, by the name of one of its connections. So it is true
 * as long as the worker lives and gone with it: nothing has to be renewed, and no clock is trusted.
 * @param redis any connection of the worker's but the one that BullMQ names
 */
export function announceSlots(
  redis: Redis,
  names: QueueNames,
  { workerId, slots }: { workerId: string; slots: number },
): void {
  const announce = (): void => {
    // A Redis that does not know names (some hosted ones) is assumed to have one worker.
    redis.client('SETNAME', `${clientBase(names)}:slots:${slots}:${workerId}`).catch(() => {})
  }
  if (redis.status === 'ready') announce()
  redis.on('ready', announce)
}

export async function readWorkerPresence(redis: Redis, names: QueueNames): Promise<WorkerPresence> {
  try {
    return parseClientList(String(await redis.client('LIST')), names)
  } catch (error) {
    // As BullMQ does: where the command is not allowed, somebody works.
    if (error instanceof Error && error.name === 'ReplyError') return { workers: 1, slots: 1 }
    throw error
  }
}

/** @param list the answer to CLIENT LIST: a connection a line */
export function parseClientList(list: string, names: QueueNames): WorkerPresence {
  const base = clientBase(names)
  let workers = 0
  let slots = 0
  for (const [, name = ''] of list.matchAll(/ name=(\S+)/g)) {
    if (name === base || name.startsWith(`${base}:w:`)) workers++
    else if (name.startsWith(`${base}:slots:`)) slots += Number.parseInt(name.slice(`${base}:slots:`.length), 10) || 0
  }
  // Workers of an earlier release do not tell.
  return { workers, slots: Math.max(workers, slots) }
}

/** What BullMQ begins the names of its workers' connections with. */
const clientBase = ({ prefix, queue }: QueueNames): string => `${prefix}:${Buffer.from(queue).toString('base64')}`
