// What recovery is measured against: a worker as BullMQ makes it when it is told nothing.
import { setTimeout as pause } from 'node:timers/promises'
import { Worker } from 'bullmq'

const url = process.argv[2] ?? ''
const worker = new Worker(
  'bare',
  async (job) => {
    process.send?.(job.id)
    await pause(10_000)
  },
  { connection: { url, maxRetriesPerRequest: null } },
)
worker.on('error', () => {})
process.on('disconnect', () => process.exit())
