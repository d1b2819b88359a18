import { readdirSync, readFileSync } from 'node:fs'
import { descendantsOf } from './descendants-of.ts'

/**
 * How long a process was ready to run while other processes had the machine: the time its threads,
 * and those of the programs that it started, waited for a CPU. Threads wait side by side, so the one
 * that waited longest counts. 0 where there is no /proc.
 */
export class CpuWait {
  readonly #pid: number | undefined
  #seen = new Map<string, number>()
  #totalMs = 0

  constructor(pid: number | undefined) {
    this.#pid = pid
  }

  /** Milliseconds since the first call. */
  readMs(): number {
    const isFirst = this.#seen.size === 0
    const now = new Map(this.#pid === undefined ? [] : threadsOf(this.#pid).map((thread) => [thread, waitedMs(thread)]))
    const grown = [...now].map(([thread, ms]) => ms - (this.#seen.get(thread) ?? 0))
    if (!isFirst) this.#totalMs += Math.max(0, ...grown)
    this.#seen = now
    return this.#totalMs
  }
}

function threadsOf(pid: number): string[] {
  return [pid, ...descendantsOf(pid)].flatMap((process) => {
    const folder = `/proc/${process}/task`
    try {
      return readdirSync(folder).map((thread) => `${folder}/${thread}`)
    } catch {
      return []
    }
  })
}

/** The second field of schedstat: nanoseconds spent waiting on a run queue (sched-stats.rst of Linux). */
function waitedMs(thread: string): number {
  try {
    return Number(readFileSync(`${thread}/schedstat`, 'utf8').split(' ')[1]) / 1e6
  } catch {
    return 0
  }
}
