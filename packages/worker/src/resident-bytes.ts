import { readFile } from 'node:fs/promises'
import { descendantsOf } from './descendants-of.ts'

/**
 * Resident memory of a process and of the programs that it runs, according to /proc
 * (proc_pid_status(5)). What they share counts more than once. 0 if it is unknown.
 */
export async function residentBytes(pid: number | undefined): Promise<number> {
  if (pid === undefined) return 0
  const each = await Promise.all([pid, ...descendantsOf(pid)].map(ofOne))
  return each.reduce((sum, bytes) => sum + bytes, 0)
}

async function ofOne(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]
  return Number(kibibytes ?? 0) * 1024
}
