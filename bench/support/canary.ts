import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'

const SPIN_MS = 300

/**
 * The current speed of this machine: iterations of a spin loop on all cores at once, in a fixed
 * time. A neighbour that uses part of a core slows this down, too.
 */
export async function spinAllCores(): Promise<number> {
  const turns = await Promise.all(Array.from({ length: availableParallelism() }, spinOneCore))
  return turns.reduce((sum, count) => sum + count, 0)
}

function spinOneCore(): Promise<number> {
  const worker = new Worker(new URL('spin.ts', import.meta.url), { workerData: { ms: SPIN_MS } })
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}
