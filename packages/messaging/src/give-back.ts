import type { JobEnvelope } from '@darkroom/contracts'
import { WaitingError } from 'bullmq'
import type { Redis } from 'ioredis'
import type { QueueNames } from './names.ts'
import type { QueuedJob } from './queued-job.ts'

export type GiveBack = ReturnType<typeof createGiveBack>

/**
 * Ends a run without using up an attempt of its job. The processor must then throw `leaveJob()`.
 * `redis` is the worker's connection. Both methods reject if another worker has the job by now.
 */
export function createGiveBack({ redis, names }: { redis: Redis; names: QueueNames }) {
  return {
    /** Returns the job to the front of its priority: any other worker can take it immediately. */
    async now(job: QueuedJob, token: string): Promise<void> {
      await job.moveToWait(token)
      // BullMQ does not wake idle workers for a returned job with a priority: they would find it up
      // to five seconds later.
      await redis.zadd(`${names.prefix}:${names.queue}:marker`, 0, '0')
    },

    /** Delays the job, and stores in it the setbacks so far. */
    async later(job: QueuedJob, token: string, delayMs: number, setbacks: JobEnvelope['setbacks']): Promise<void> {
      await job.updateData({ ...job.data, setbacks })
      await job.moveToDelayed(Date.now() + delayMs, token)
    },
  }
}

/**
 * What a processor throws so that BullMQ leaves the job where it is. Its lock is no longer renewed.
 */
export function leaveJob(): Error {
  return new WaitingError()
}
