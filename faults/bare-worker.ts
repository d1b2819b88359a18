// The baseline for recovery times: a BullMQ worker with default options.
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
