// Workers without an engine: they take jobs, wait, and report as real ones do.
import { setTimeout as pause } from 'node:timers/promises'
import { imageOptimize, VARIANT_WIDTHS, type ImageJob } from '@darkroom/contracts'
import {
  announceSlots,
  completedEvent,
  createQueueWorker,
  createTaskEventsPublisher,
  jobRunOf,
  processingEvent,
  queueNames,
} from '@darkroom/messaging'
import { until } from '@darkroom/testing'
import { Redis } from 'ioredis'
import { answerOrders } from './helper-process.ts'

export interface SimulatedWorkersOrder {
  redisUrl: string
  namespace: string
  /** Their names. */
  workerIds: readonly string[]
  /** Jobs that each of them runs at a time. */
  slots: number
  jobMs: number
}

/** The defaults of LOCK_DURATION_MS and STALLED_INTERVAL_MS. */
const LOCK_MS = 5000
const STALLED_INTERVAL_MS = 1000
const MD5 = 'd41d8cd98f00b204e9800998ecf8427e'

/** Answers when all of them are waiting for jobs. */
answerOrders(async ({ workerIds, ...order }: SimulatedWorkersOrder): Promise<void> => {
  await Promise.all(workerIds.map((workerId) => startOne({ ...order, workerId })))
})

async function startOne(order: Omit<SimulatedWorkersOrder, 'workerIds'> & { workerId: string }): Promise<void> {
  const { redisUrl, workerId, slots, jobMs } = order
  const names = queueNames(order, imageOptimize)
  const [redis, publisher] = [new Redis(redisUrl, { maxRetriesPerRequest: null }), new Redis(redisUrl)]
  const publish = createTaskEventsPublisher(publisher, names.channel, (error) => console.error(error))
  await until(() => publisher.status === 'ready', { what: 'a connection to Redis' })
  announceSlots(publisher, names, { workerId, slots, version: '0.1.0' })
  const options = { redis, names, workerId, concurrency: slots }
  const worker = createQueueWorker<ImageJob>(
    async (queued) => {
      const run = jobRunOf(queued, { workerId, startedAt: Date.now() })
      void publish(processingEvent(run, Date.now()))
      await pause(jobMs)
      return completedEvent(run, imageOptimize.tell({ files: filesOf(run.job), result: {} }), Date.now())
    },
    { ...options, lockDurationMs: LOCK_MS, stalledIntervalMs: STALLED_INTERVAL_MS },
  )
  worker.on('completed', (_job, result) => void publish(result))
  worker.on('error', (error) => console.error(error))
  await worker.waitUntilReady()
  void worker.run()
}

const filesOf = ({ imageName }: ImageJob) =>
  VARIANT_WIDTHS.map((width) => ({
    name: String(width),
    path: `output/${imageName}/${width}/${MD5}.jpg`,
    contentType: 'image/jpeg',
    bytes: 143_210,
    md5: MD5,
    facts: { width, height: Math.round(width * 0.75) },
  }))
