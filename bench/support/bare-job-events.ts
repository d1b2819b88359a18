// Adds jobs to a queue at a steady pace, and measures how long after each one its completion event
// arrives.
import { setTimeout as pause } from 'node:timers/promises'
import { Queue, QueueEvents } from 'bullmq'
import { answerOrders } from './helper-process.ts'

export interface BareEventsOrder {
  redisUrl: string
  queue: string
  prefix: string
  jobs: number
  everyMs: number
}

answerOrders(async ({ redisUrl, queue: name, prefix, jobs, everyMs }: BareEventsOrder): Promise<number[]> => {
  const connection = { url: redisUrl, maxRetriesPerRequest: null }
  const queue = new Queue(name, { prefix, connection })
  const events = new QueueEvents(name, { prefix, connection })
  const lags: number[] = []
  const addedAt = new Map<string, number>()
  const { promise: allEnded, resolve } = Promise.withResolvers<void>()
  events.on('completed', ({ jobId }) => {
    const added = addedAt.get(jobId)
    if (added !== undefined) lags.push(performance.now() - added)
    if (lags.length === jobs) resolve()
  })
  await Promise.all([queue.waitUntilReady(), events.waitUntilReady()])
  // It listens from its first read on, which is not awaited.
  await pause(100)
  for (let job = 0; job < jobs; job++) {
    addedAt.set(`job-${job}`, performance.now())
    await queue.add('job', {}, { jobId: `job-${job}` })
    await pause(everyMs)
  }
  await allEnded
  await Promise.all([events.close(), queue.close()])
  return lags
})
