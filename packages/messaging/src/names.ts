import { DEFAULT_KIND, KINDS, TASK_COMMANDS_CHANNEL, TASK_EVENTS_CHANNEL, type KindContract } from '@darkroom/contracts'

/** The environment variables that determine the names of an installation. */
export interface NamesGiven {
  /** `REDIS_NAMESPACE` */
  namespace?: string | undefined
  /** `QUEUE_NAME` */
  queue?: string | undefined
}

/**
 * The Redis names of one installation. Without a namespace they are exactly the documented ones;
 * with different namespaces, several installations (or tests) can share a Redis.
 */
export interface RedisNames {
  /** BullMQ's key prefix. */
  prefix: string
  channel: string
  /** The channel on which workers are told to cancel a job. */
  commands: string
  /**
   * The queue of the API's periodic work: one per `QUEUE_NAME`, because installations that share a
   * Redis may have different databases.
   */
  maintenance: string
  /** The queue of deliveries to webhooks, one per installation like that of periodic work. */
  deliveries: string
  /** The prefix of every cache key. */
  cachePrefix: string
}

/** The names of one kind's queue. */
export interface QueueNames extends RedisNames {
  queue: string
}

export function redisNames({ namespace, queue }: NamesGiven = {}): RedisNames {
  const before = namespace ? `${namespace}:` : ''
  return {
    prefix: `${before}bull`,
    channel: `${before}${TASK_EVENTS_CHANNEL}`,
    commands: `${before}${TASK_COMMANDS_CHANNEL}`,
    maintenance: isOwn(queue) ? `maintenance-${queue}` : 'maintenance',
    deliveries: isOwn(queue) ? `deliveries-${queue}` : 'deliveries',
    cachePrefix: before,
  }
}

/** `QUEUE_NAME` is the name of the queue for images, and a suffix of those for other kinds. */
export function queueNames(given: NamesGiven, { kind, queue }: Pick<KindContract, 'kind' | 'queue'>): QueueNames {
  const own = given.queue
  const name = kind === DEFAULT_KIND ? (own ?? queue) : isOwn(own) ? `${queue}-${own}` : queue
  return { ...redisNames(given), queue: name }
}

const isOwn = (queue: string | undefined): queue is string => queue !== undefined && queue !== KINDS[DEFAULT_KIND].queue
