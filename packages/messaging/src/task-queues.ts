import { KINDS, perKind } from '@darkroom/contracts'
import type { Redis } from 'ioredis'
import { queueNames, type NamesGiven } from './names.ts'
import { TaskQueue, type QueuePolicy } from './task-queue.ts'
import type { TenantWeights } from './turns.ts'

export type TaskQueues = ReturnType<typeof createTaskQueues>

/**
 * The queues of all kinds, on one `producer` connection that the caller owns and closes.
 * @param options.policy the operator's settings for all kinds
 */
export function createTaskQueues(options: {
  redis: Redis
  names: NamesGiven
  policy?: QueuePolicy
  weights?: TenantWeights
}) {
  const { redis, names, policy = {}, weights = new Map() } = options
  const queues = perKind(
    (kind) => new TaskQueue({ redis, names: queueNames(names, KINDS[kind]), kind: KINDS[kind], policy, weights }),
  )
  return {
    ...queues,

    /** Whether the queues are currently reachable. */
    isReachable: (): boolean => redis.status === 'ready',

    async close(): Promise<void> {
      await Promise.all(queues.all.map((queue) => queue.close()))
    },
  }
}
