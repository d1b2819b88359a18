import { eventSeq, STEP, type ImageJob, type ImageJobResult } from '@darkroom/contracts'
import { announceSlots, createImageWorker, permanentFailure, type QueuedImageJob } from '@darkroom/messaging'
import { connectRedis } from '@darkroom/runtime'
import { inject } from 'vitest'
import { variantOf } from './task-history.ts'
import { testLog, type TestApi } from './start-test-api.ts'

export interface TestWorker {
  /** Task ids in the order in which their jobs were started. */
  started: string[]
  stop: () => Promise<void>
}

/** A worker on the API's real queue that has no images to make: `work` is the whole of a job, and what it throws fails it. */
export async function startTestWorker(
  api: TestApi,
  { slots = 1, work = async () => {} }: { slots?: number; work?: (job: ImageJob) => Promise<void> } = {},
): Promise<TestWorker> {
  // Straight to Redis, whatever the test does to the API's own way there.
  const redis = connectRedis(inject('redisUrl'), 'consumer', testLog)
  const voice = connectRedis(inject('redisUrl'), 'producer', testLog)
  const started: string[] = []
  const processor = async (queued: QueuedImageJob): Promise<ImageJobResult> => {
    started.push(queued.data.taskId)
    await work(queued.data)
    return resultOf(queued)
  }
  const timing = { lockDurationMs: 5000, stalledIntervalMs: 2000 }
  const worker = createImageWorker(processor, { redis, names: api.names, workerId: 'test-worker', concurrency: slots, ...timing })
  worker.on('error', () => {})
  announceSlots(voice, api.names, { workerId: 'test-worker', slots })
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

/** What a job throws to fail its task at once. */
export const fatal = (code: string): Error => permanentFailure(`${code}!: For the test`)

function resultOf({ data, attemptsStarted, processedOn }: QueuedImageJob): ImageJobResult {
  const timestamp = Date.now()
  const startedAt = processedOn ?? timestamp
  return {
    eventType: 'task.completed',
    taskId: data.taskId,
    tenant: data.tenant,
    timestamp,
    epoch: data.epoch,
    attempt: attemptsStarted,
    seq: eventSeq(attemptsStarted, STEP.completed),
    workerId: 'test-worker',
    startedAt,
    waitMs: Math.max(0, startedAt - data.timestamp),
    attempts: 1,
    images: [variantOf('1024', 768, 'a'.repeat(32)), variantOf('800', 600, 'b'.repeat(32))],
    processingTime: timestamp - startedAt,
  }
}
