import { queueRedisWarnings, readRedisFacts, type Logger } from '@darkroom/runtime'
import type { Redis } from 'ioredis'
import { remember } from './remember.ts'

/** The configuration of Redis rarely changes. */
const REDIS_WARNINGS_MS = 30_000

/** Problems with the configuration of Redis, as sentences; also logged on each reconnect. */
export function createRedisWarnings(redis: Redis, log: Logger): () => Promise<string[]> {
  const warnings = remember(REDIS_WARNINGS_MS, async () => queueRedisWarnings(await readRedisFacts(redis)))
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
