import type { Redis } from 'ioredis'
import type { QueueNames } from './names.ts'

const noticeKey = ({ prefix, queue }: QueueNames): string => `${prefix}:${queue}:installation`

/**
 * Tells workers which installation the jobs of this queue belong to. Redis may lose it, so it must
 * be repeated from time to time.
 */
export async function announceInstallation(redis: Redis, names: QueueNames, id: string): Promise<void> {
  await redis.set(noticeKey(names), id)
}

/** The installation that the jobs belong to; undefined if no API has announced it to this Redis. */
export async function readAnnouncedInstallation(redis: Redis, names: QueueNames): Promise<string | undefined> {
  return (await redis.get(noticeKey(names))) ?? undefined
}
