import { queueRedisWarnings, readRedisFacts, type Logger } from '@darkroom/runtime'
import type { Redis } from 'ioredis'
import { remember } from './remember.ts'

/** How Redis is set up changes seldom. */
const REDIS_WARNINGS_MS = 30_000

/** What is wrong with how Redis is set up, in sentences; also logged each time that it is back. */
export function createRedisWarnings(redis: Redis, log: Logger): () => Promise<string[]> {
  const warnings = remember(REDIS_WARNINGS_MS, async () => queueRedisWarnings(await readRedisFacts(redis)))
  // Each time it is back it may be another one, with another configuration.
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
