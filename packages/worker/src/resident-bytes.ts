import { readFile } from 'node:fs/promises'

/** Resident memory of a process according to /proc (proc_pid_status(5)); 0 if it is unknown. */
export async function residentBytes(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]
  return Number(kibibytes ?? 0) * 1024
}
