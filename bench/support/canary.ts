import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'

const SPIN_MS = 300

/**
 * How fast this machine is at this moment: turns of a spin loop on all cores at once, in a fixed
 * time. A neighbour who takes a share of a core takes it from here too.
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
