import { readFileSync } from 'node:fs'
import { treeOf } from './cpu-time.ts'

const SAMPLE_MS = 50

/**
 * Memory of processes and their descendants, in MB: shared memory counts proportionally (proc(5):
 * Pss), so the code of a program counts once, however many processes run it.
 */
export function memoryMbOfTrees(roots: readonly number[]): number {
  return treeOf(roots).reduce((sum, pid) => sum + pssKibibytes(pid), 0) / 1024
}

/** Samples repeatedly until it is stopped, and returns the peak. */
export function watchMemory(roots: readonly number[]): { stop: () => number } {
  let most = 0
  const timer = setInterval(() => (most = Math.max(most, memoryMbOfTrees(roots))), SAMPLE_MS)
  return {
    stop: () => {
      clearInterval(timer)
      return most
    },
  }
}

function pssKibibytes(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1])
  } catch {
    return 0 // it ended between the listing and the read
  }
}
