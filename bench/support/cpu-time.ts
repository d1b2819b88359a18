import { readdirSync, readFileSync } from 'node:fs'

/** The kernel's unit of CPU time (proc(5): USER_HZ), 10 ms on every platform that Node supports. */
const TICK_MS = 10

interface ProcessFacts {
  pid: number
  parent: number
  ticks: number
}

/**
 * CPU time of these processes and all descendants so far, in ms, including children that have
 * ended.
 */
export function cpuMsOfTrees(roots: readonly number[]): number {
  const all = allProcesses()
  const inTrees = withDescendants(roots, all)
  return all.filter(({ pid }) => inTrees.has(pid)).reduce((sum, { ticks }) => sum + ticks * TICK_MS, 0)
}

/** The same of each of these processes, by its name; NaN for those that were not started here. */
export const cpuMsByName = (pids: Record<string, number | undefined>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(pids).map(([name, pid]) => [name, pid === undefined ? Number.NaN : cpuMsOfTrees([pid])]),
  )

/** The ids of these processes and of all descendants. */
export const treeOf = (roots: readonly number[]): number[] => [...withDescendants(roots, allProcesses())]

function withDescendants(roots: readonly number[], all: readonly ProcessFacts[]): Set<number> {
  const inTrees = new Set(roots)
  for (let before = 0; before !== inTrees.size;) {
    before = inTrees.size
    for (const { pid, parent } of all) if (inTrees.has(parent)) inTrees.add(pid)
  }
  return inTrees
}

function allProcesses(): ProcessFacts[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => factsOf(Number(pid)) ?? [])
}

/**
 * proc_pid_stat(5): the name is followed by state, ppid …; utime, stime, cutime and cstime are the
 * 12th to 15th.
 */
function factsOf(pid: number): ProcessFacts | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
    return { pid, parent: Number(fields[1]), ticks }
  } catch {
    return undefined // it ended between the listing and the read
  }
}
