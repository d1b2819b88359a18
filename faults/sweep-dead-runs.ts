import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { killOrphansIn } from '@darkroom/local-services'

/** Stops the stores of runs whose driver was killed. Their records are kept. */
export async function sweepDeadRuns(folder: string): Promise<void> {
  for (const run of await namesIn(folder)) {
    const pid = Number(/-(\d+)$/.exec(run)?.[1])
    if (isAlive(pid)) continue
    for (const scenario of await namesIn(join(folder, run)))
      await killOrphansIn(join(folder, run, scenario, 'stores')).catch(() => {})
  }
}

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => [])

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
