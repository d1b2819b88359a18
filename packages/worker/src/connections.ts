import {
  createTaskEventsPublisher,
  readAnnouncedInstallation,
  type PublishTaskEvent,
  type QueueNames,
} from '@darkroom/messaging'
import type { connectRedis, Logger } from '@darkroom/runtime'

export interface ConnectionOptions {
  redisUrl: string
  names: QueueNames
  connect: typeof connectRedis
  log: Logger
}

type Redis = ReturnType<typeof connectRedis>

export interface Connections {
  /** For the queue: waits for Redis, however long it takes. */
  queue: Redis
  /**
   * Fails immediately while Redis is unreachable. Separate, so that events never wait for a blocked
   * or queued command of the worker.
   */
  publisher: Redis
  subscription: Redis
  publish: PublishTaskEvent
  /** The installation that the jobs belong to; undefined if it is currently unknown. */
  readInstallation: () => Promise<string | undefined>
  close: () => Promise<void>
}

/** A worker's connections to Redis, and what each of them is used for. */
export function openConnections({ redisUrl, names, connect, log }: ConnectionOptions): Connections {
  const queue = connect(redisUrl, 'consumer', log)
  const publisher = connect(redisUrl, 'producer', log)
  const subscription = connect(redisUrl, 'consumer', log)
  const publish: PublishTaskEvent = createTaskEventsPublisher(
    publisher,
    names.channel,
    (error, { taskId, eventType }) => log.warn({ taskId, eventType, err: error }, 'event not published'),
  )
  return {
    queue,
    publisher,
    subscription,
    publish,
    readInstallation: async () => (queue.status === 'ready' ? readAnnouncedInstallation(queue, names) : undefined),
    close: async () => {
      await publisher.quit().catch(() => publisher.disconnect())
      queue.disconnect()
      subscription.disconnect()
    },
  }
}
