import { readFileSync } from 'node:fs'

/**
 * The processes that a process has started, and those that they have started (proc(5): children).
 * Empty where there is no /proc.
 */
export function descendantsOf(pid: number): number[] {
  const children = childrenOf(pid)
  return [...children, ...children.flatMap(descendantsOf)]
}

function childrenOf(pid: number): number[] {
  try {
    // Processes are started by the main thread, whose id is that of the process.
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}
