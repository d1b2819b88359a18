import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * Says which process a pid means: pids are given out again, the moment of the start is not.
 * Undefined when no such process runs (a dead child nobody has collected counts as not running)
 * or when this platform cannot tell.
 */
export function processIdentity(pid: number): string | undefined {
  try {
    return process.platform === 'linux' ? identityFromProc(pid) : identityFromPs(pid)
  } catch {
    return undefined
  }
}

function identityFromProc(pid: number): string | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name in parentheses may itself hold spaces and parentheses: the fields count from the last
  // one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, startTicks] = [fields[0], fields[19]]
  if (state === 'Z' || state === 'X') return undefined
  // Ticks count from the boot, so they mean nothing without it.
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return `${boot}/${startTicks}`
}

function identityFromPs(pid: number): string | undefined {
  const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe' }).trim()
  return started === '' ? undefined : started
}
