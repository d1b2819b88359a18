import { setTimeout as pause } from 'node:timers/promises'
import type { AppProcess } from '../../scripts/processes.ts'
import type { Installation } from '../../test/e2e/support/installation.ts'
import { cpuMsOfTrees } from './cpu-time.ts'

const SAMPLE_MS = 250

export interface Lives {
  /** The folder of the worker in `apps`. */
  app: string
  env: NodeJS.ProcessEnv
  kills: number
  tasks: number
  /** How many of the tasks have ended. */
  ended: () => Promise<number>
  /** Called repeatedly while the worker runs. */
  sample: (worker: AppProcess) => Promise<void> | void
}

/**
 * One worker at a time, each killed with SIGKILL after its share of the tasks; the last one
 * finishes. Returns how long that took, and the CPU time of the workers, in ms.
 */
export async function workInLives(
  darkroom: Installation,
  { app, env, kills, tasks, ended, sample }: Lives,
): Promise<{ ms: number; cpuMs: number }> {
  const startedAt = performance.now()
  let cpuMs = 0
  for (let life = 1; life <= kills + 1; life++) {
    const worker = await darkroom.worker(`life-${life}`, { app, env })
    const share = life > kills ? tasks : Math.round((tasks * life) / (kills + 1))
    let used = 0
    while ((await ended()) < share) {
      used = Math.max(used, cpuMsOfTrees([worker.pid]))
      await sample(worker)
      await pause(SAMPLE_MS)
    }
    cpuMs += used
    if (life <= kills) worker.kill('SIGKILL')
  }
  return { ms: performance.now() - startedAt, cpuMs }
}
