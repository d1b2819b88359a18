import { IMAGE_QUEUE, TASK_COMMANDS_CHANNEL, TASK_EVENTS_CHANNEL } from '@darkroom/contracts'

/**
 * The Redis names of one installation. Without a namespace they are exactly the documented ones;
 * with one, several installations (or tests) share a Redis without seeing each other.
 */
export interface RedisNames {
  queue: string
  /** BullMQ's key prefix. */
  prefix: string
  channel: string
  /** The channel on which workers are told to give a job up. */
  commands: string
  /**
   * The queue of the API's own periodic work: one for each image queue, as those that share a Redis
   * need not share a database.
   */
  maintenance: string
  /** Put before every cache key. */
  cachePrefix: string
}

export function redisNames(options: { namespace?: string | undefined; queue?: string | undefined } = {}): RedisNames {
  const before = options.namespace ? `${options.namespace}:` : ''
  const queue = options.queue ?? IMAGE_QUEUE
  return {
    queue,
    prefix: `${before}bull`,
    channel: `${before}${TASK_EVENTS_CHANNEL}`,
    commands: `${before}${TASK_COMMANDS_CHANNEL}`,
    maintenance: queue === IMAGE_QUEUE ? 'maintenance' : `maintenance-${queue}`,
    cachePrefix: before,
  }
}
