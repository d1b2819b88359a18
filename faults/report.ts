import pc from 'picocolors'
import type { Verdict } from './judge.ts'
import { quantile } from './numbers.ts'

const COLUMNS = [
  'fault',
  'faults',
  'tasks',
  'accepted',
  'lost',
  'dupl.',
  'stuck',
  'failed good',
  'jobs met',
  'reruns',
  'fenced',
  'recovery p50/p95 ms',
  's',
] as const

/** The figures of a verdict, one text per column. */
function cellsOf({ name, numbers }: Verdict): string[] {
  const { faults, tasks, accepted, lost, duplicated, stuck, failedGood, met, reruns, refused, recoveryMs, seconds } =
    numbers
  const recovery = recoveryMs.length > 0 ? `${quantile(recoveryMs, 0.5)} / ${quantile(recoveryMs, 0.95)}` : '-'
  return [
    name,
    ...[faults, tasks, accepted, lost, duplicated, stuck, failedGood, met, reruns, refused].map(String),
    recovery,
    String(seconds),
  ]
}

const WIDTHS = COLUMNS.map((title) => Math.max(title.length, 6))
const row = (cells: readonly string[]): string =>
  cells.map((cell, index) => cell.padStart(WIDTHS[index] ?? 0)).join('  ')

export const headline = (): string => pc.dim(row(COLUMNS))

/** One line per scenario, followed by the reasons if it failed. */
export function lineOf(verdict: Verdict): string {
  const result = verdict.passed
    ? pc.green('PASS')
    : pc.red(`FAIL ${verdict.violations.map(({ invariant }) => invariant).join(' ')}`)
  return [`${row(cellsOf(verdict))}  ${result}`, ...detailsOf(verdict)].join('\n')
}

function detailsOf({ passed, violations, file }: Verdict): string[] {
  if (passed) return []
  const reasons = violations.flatMap(({ invariant, says, count, examples }) => [
    pc.red(`    ${invariant} (${says}): ${count}`),
    ...examples.map((example) => `      ${example}`),
  ])
  return [...reasons, pc.dim(`    the record: ${file}`)]
}

export interface ReportFacts {
  profile: string
  seed: number
  startedAt: Date
  skipped: { name: string; reason: string }[]
}

/** The table as markdown. */
export function toMarkdown(verdicts: readonly Verdict[], { profile, seed, startedAt, skipped }: ReportFacts): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const rows = verdicts.map((verdict) =>
    line([
      ...cellsOf(verdict),
      verdict.passed ? 'PASS' : `FAIL ${verdict.violations.map(({ invariant }) => invariant).join(' ')}`,
    ]),
  )
  const measured = verdicts.flatMap(({ name, checks }) =>
    checks.map(({ name: what, ok, detail }) => `- ${name}, ${what}: ${detail}${ok ? '' : ' (NOT MET)'}`),
  )
  return [
    `Profile ${profile}, seed ${seed}, ${startedAt.toISOString()}, Node ${process.version}.`,
    `MongoDB: ${verdicts[0]?.mongo ?? '-'}.`,
    '',
    line([...COLUMNS, 'result']),
    line([...COLUMNS, 'result'].map(() => '---')),
    ...rows,
    '',
    'Measurements:',
    '',
    ...measured,
    ...(skipped.length > 0 ? ['', 'Skipped:', '', ...skipped.map(({ name, reason }) => `- ${name}: ${reason}`)] : []),
    '',
  ].join('\n')
}
