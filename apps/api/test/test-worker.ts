import type { ImageJob } from '@darkroom/contracts'
import {
  announceSlots,
  completedEvent,
  createQueueWorker,
  jobRunOf,
  permanentFailure,
  type JobProcessor,
} from '@darkroom/messaging'
import { connectRedis } from '@darkroom/runtime'
import { inject } from 'vitest'
import { variantOf } from './task-history.ts'
import { testLog, type TestApi } from './start-test-api.ts'

export interface TestWorker {
  /** Task ids in the order in which their jobs started. */
  started: string[]
  stop: () => Promise<void>
}

/**
 * A worker on the API's real queue that creates no images: `work` is all that a job does, and an
 * error thrown by it fails the job.
 */
export async function startTestWorker(
  api: TestApi,
  { slots = 1, work = async () => {} }: { slots?: number; work?: (job: ImageJob) => Promise<void> } = {},
): Promise<TestWorker> {
  // A direct connection to Redis, whatever the test does to the API's connection.
  const redis = connectRedis(inject('redisUrl'), 'consumer', testLog)
  const voice = connectRedis(inject('redisUrl'), 'producer', testLog)
  const started: string[] = []
  const processor: JobProcessor<ImageJob> = async (queued) => {
    started.push(queued.data.taskId)
    await work(queued.data)
    const now = Date.now()
    return completedEvent(jobRunOf(queued, { workerId: 'test-worker', startedAt: now }), { images }, now)
  }
  const timing = { lockDurationMs: 5000, stalledIntervalMs: 2000 }
  const worker = createQueueWorker(processor, {
    redis,
    names: api.names,
    workerId: 'test-worker',
    concurrency: slots,
    ...timing,
  })
  worker.on('error', () => {})
  announceSlots(voice, api.names, { workerId: 'test-worker', slots, version: '1.2.3' })
  void worker.run()
  await worker.waitUntilReady()
  return {
    started,
    stop: async () => {
      await worker.close()
      redis.disconnect()
      voice.disconnect()
    },
  }
}

const images = [variantOf('1024', 768, 'a'.repeat(32)), variantOf('800', 600, 'b'.repeat(32))]

/** An error that fails the task without another attempt. */
export const fatal = (code: string): Error => permanentFailure(`${code}!: For the test`)
