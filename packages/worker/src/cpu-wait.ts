import { readdirSync, readFileSync } from 'node:fs'
import { descendantsOf } from './descendants-of.ts'

/** Of a thread, in milliseconds since it began. */
interface Times {
  ran: number
  waited: number
}

const NONE: Times = { ran: 0, waited: 0 }

/**
 * How long a process was ready to run while other processes had the machine: the time its threads,
 * and those of the programs that it started, waited for a CPU. Threads wait side by side, so the one
 * that waited longest counts; and while another of them ran, the process as a whole did not wait. 0
 * where there is no /proc.
 */
export class CpuWait {
  readonly #pid: number | undefined
  #seen: Map<string, Times> | undefined
  #seenAt = 0
  #totalMs = 0

  constructor(pid: number | undefined) {
    this.#pid = pid
  }

  /** Milliseconds since the first call. */
  readMs(): number {
    const before = this.#seen
    const tookMs = performance.now() - this.#seenAt
    const now = new Map(this.#pid === undefined ? [] : threadsOf(this.#pid).map((thread) => [thread, timesOf(thread)]))
    if (before) {
      const grown = [...now].map(([thread, { ran, waited }]) => {
        const last = before.get(thread) ?? NONE
        return { ran: ran - last.ran, waited: waited - last.waited }
      })
      const ranMs = grown.reduce((sum, { ran }) => sum + ran, 0)
      this.#totalMs += Math.max(0, Math.min(tookMs - ranMs, longestOf(grown)))
    }
    this.#seen = now
    this.#seenAt = performance.now()
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

const longestOf = (grown: readonly Times[]): number => Math.max(0, ...grown.map(({ waited }) => waited))

/** The first two fields of schedstat: nanoseconds on a CPU, and on a run queue (sched-stats.rst of Linux). */
function timesOf(thread: string): Times {
  try {
    const [ran, waited] = readFileSync(`${thread}/schedstat`, 'utf8').split(' ')
    return { ran: Number(ran) / 1e6, waited: Number(waited) / 1e6 }
  } catch {
    return NONE
  }
}
