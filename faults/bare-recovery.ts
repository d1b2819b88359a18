import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { Queue } from 'bullmq'

const GIVE_UP_MS = 100_000

/**
 * How long plain BullMQ with its defaults takes from kill -9 of a worker until another one runs the
 * job.
 */
export async function bareRecoveryMs(redisUrl: string): Promise<number> {
  const queue = new Queue('bare', { connection: { url: redisUrl } })
  const workers = [1, 2].map(() => fork(join(import.meta.dirname, 'bare-worker.ts'), [redisUrl], { execArgv: [] }))
  const late = AbortSignal.timeout(GIVE_UP_MS)
  try {
    const runs = workers.map((worker) => once(worker, 'message', { signal: late }).then(() => worker))
    for (const run of runs) run.catch(() => {})
    await queue.add('bare', {})
    const victim = await Promise.race(runs)
    victim.kill('SIGKILL')
    const killedAt = Date.now()
    await Promise.all(runs.filter((_, index) => workers[index] !== victim))
    return Date.now() - killedAt
  } finally {
    for (const worker of workers) worker.kill('SIGKILL')
    await queue.close().catch(() => {})
  }
}
