import type { Report } from './finding.ts'

const WARN_MS = 2000
const FAIL_MS = 60_000

/**
 * Compares the clock of a server with ours, taking the round trip into account. Order never depends
 * on clocks; displayed times do.
 */
export function checkClock(report: Report, theirs: number, asked: { at: number; answeredAt: number }): void {
  const skew = Math.round(theirs - (asked.at + asked.answeredAt) / 2)
  const uncertain = (asked.answeredAt - asked.at) / 2
  const off = Math.max(0, Math.abs(skew) - uncertain)
  if (off < WARN_MS) return report('OK', 'its clock agrees with ours')
  const level = off < FAIL_MS ? 'WARN' : 'FAIL'
  report(
    level,
    `its clock is ${Math.abs(skew)} ms ${skew > 0 ? 'ahead of' : 'behind'} ours`,
    'Run a time service (chrony, systemd-timesyncd) on all machines.',
  )
}
