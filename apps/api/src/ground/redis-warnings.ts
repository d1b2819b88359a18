import { queueRedisWarnings, readRedisFacts, type Logger } from '@darkroom/runtime'
import type { Redis } from 'ioredis'
import { remember } from './remember.ts'

/** The configuration of Redis rarely changes. */
const REDIS_WARNINGS_MS = 30_000

/** Problems with the configuration of Redis, as sentences; also logged on each reconnect. */
export function createRedisWarnings(redis: Redis, log: Logger): () => Promise<string[]> {
  const warnings = remember(REDIS_WARNINGS_MS, async () => [
    ...queueRedisWarnings(await readRedisFacts(redis)),
    ...(await rightsWarnings(redis)),
  ])
  // After a reconnect it may be another server, with another configuration.
  redis.on(
    'ready',
    () =>
      void warnings().then(
        (found) => found.forEach((warning) => log.warn(warning)),
        () => {},
      ),
  )
  return warnings
}

/** Other missing rights are logged by the connection, to which ioredis reports no error of CLIENT. */
async function rightsWarnings(redis: Redis): Promise<string[]> {
  const message = await redis.client('LIST').then(
    () => '',
    (error: Error) => error.message,
  )
  return message.includes('NOPERM')
    ? ['The user of REDIS_URL lacks a right (client|list): statistics and estimates assume one worker with one slot.']
    : []
}
