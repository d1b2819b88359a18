// A BullMQ worker that does nothing.
import { Worker } from 'bullmq'
import { answerOrders } from './helper-process.ts'

answerOrders(
  async ({ redisUrl, queue, prefix }: { redisUrl: string; queue: string; prefix: string }): Promise<void> => {
    const worker = new Worker(queue, async () => {}, {
      prefix,
      connection: { url: redisUrl, maxRetriesPerRequest: null },
    })
    await worker.waitUntilReady()
  },
)
