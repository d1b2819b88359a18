import { readFileSync } from 'node:fs'

/** Other platforms have no /proc. */
export const isLinux = process.platform === 'linux'

/** The direct children of a process (proc(5): children); empty on other platforms. */
export function childrenOf(pid: number): number[] {
  if (!isLinux) return []
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** The peak resident memory of a process, in bytes (proc(5): VmHWM). */
export function peakResidentBytes(pid: number): number {
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kibibytes) * 1024
}
