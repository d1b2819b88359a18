import { DEFAULT_KIND, KINDS, TASK_COMMANDS_CHANNEL, TASK_EVENTS_CHANNEL, type KindContract } from '@darkroom/contracts'

/** What an installation's environment says of its names. */
export interface NamesGiven {
  /** `REDIS_NAMESPACE` */
  namespace?: string | undefined
  /** `QUEUE_NAME` */
  queue?: string | undefined
}

/**
 * The Redis names of one installation. Without a namespace they are exactly the documented ones;
 * with one, several installations (or tests) share a Redis without seeing each other.
 */
export interface RedisNames {
  /** BullMQ's key prefix. */
  prefix: string
  channel: string
  /** The channel on which workers are told to cancel a job. */
  commands: string
  /**
   * The queue of the API's own periodic work: one for each `QUEUE_NAME`, as installations that
   * share a Redis need not share a database.
   */
  maintenance: string
  /** Put before every cache key. */
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
    cachePrefix: before,
  }
}

/** `QUEUE_NAME` names the queue of images; those of other kinds are told apart by it. */
export function queueNames(given: NamesGiven, { kind, queue }: Pick<KindContract, 'kind' | 'queue'>): QueueNames {
  const own = given.queue
  const name = kind === DEFAULT_KIND ? (own ?? queue) : isOwn(own) ? `${queue}-${own}` : queue
  return { ...redisNames(given), queue: name }
}

const isOwn = (queue: string | undefined): queue is string => queue !== undefined && queue !== KINDS[DEFAULT_KIND].queue
