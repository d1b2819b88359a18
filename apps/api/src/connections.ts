import type { ChannelEvent, TaskCommand } from '@darkroom/contracts'
import { createTaskEventsPublisher, createTaskQueues, publishTaskCommand, redisNames } from '@darkroom/messaging'
import { connectRedis, redisUrl, type Logger } from '@darkroom/runtime'
import type { ApiEnv } from './env.ts'
import { createMongo } from './mongo/create-mongo.ts'

export type Connections = ReturnType<typeof createConnections>

/** The stores and channels of one API process. */
export function createConnections(env: ApiEnv, log: Logger, stop: AbortSignal) {
  const given = { namespace: env.REDIS_NAMESPACE, queue: env.QUEUE_NAME }
  const names = redisNames(given)
  const redis = createRedis(env, log)
  const policy = { attempts: env.QUEUE_MAX_RETRIES, backoffMs: env.QUEUE_BACKOFF_MS }
  return {
    names,
    redis,
    db: createMongo({ url: env.MONGODB_URL, log, stop }),
    queues: createTaskQueues({ redis: redis.producer, names: given, policy, weights: env.TENANT_WEIGHTS }),
    publish: createTaskEventsPublisher<ChannelEvent>(redis.producer, names.channel, (error, event) =>
      log.debug({ err: error, event }, 'event not published'),
    ),
    tellWorkers: (command: TaskCommand) => publishTaskCommand(redis.producer, names.commands, command),
  }
}

/**
 * The connections to Redis: commands, the cache, and blocking reads, which must not delay the
 * others.
 */
function createRedis(env: ApiEnv, log: Logger) {
  const url = redisUrl(env)
  const connections = {
    producer: connectRedis(url, 'producer', log),
    cache: connectRedis(env.REDIS_CACHE_URL ?? url, 'cache', log),
    consumer: connectRedis(url, 'consumer', log),
    subscription: connectRedis(url, 'consumer', log),
  }
  return { ...connections, disconnect: (): void => Object.values(connections).forEach((redis) => redis.disconnect()) }
}
