import type { JobEnvelope } from '@darkroom/contracts'
import { WaitingError } from 'bullmq'
import type { Redis } from 'ioredis'
import type { QueueNames } from './names.ts'
import type { QueuedJob } from './queued-job.ts'

export type GiveBack = ReturnType<typeof createGiveBack>

/**
 * Ends a run without using up an attempt of its job. The processor must throw `leaveJob()` then.
 * `redis` is the worker's connection. Both reject when the job is in other hands by now.
 */
export function createGiveBack({ redis, names }: { redis: Redis; names: QueueNames }) {
  return {
    /** To the front of the job's priority: any other worker may take it at once. */
    async now(job: QueuedJob, token: string): Promise<void> {
      await job.moveToWait(token)
      // BullMQ wakes nobody for a job with a priority that goes back: idle workers would find it up
      // to five seconds later.
      await redis.zadd(`${names.prefix}:${names.queue}:marker`, 0, '0')
    },

    /** To be taken again after a while, with what is to be known of this run. */
    async later(job: QueuedJob, token: string, delayMs: number, setbacks: JobEnvelope['setbacks']): Promise<void> {
      await job.updateData({ ...job.data, setbacks })
      await job.moveToDelayed(Date.now() + delayMs, token)
    },
  }
}

/**
 * What a processor throws so that BullMQ leaves the job where it is. Its lock is not renewed any
 * more.
 */
export function leaveJob(): Error {
  return new WaitingError()
}
