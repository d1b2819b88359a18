// `npm test [-- vitest arguments]`: every test of every project, then what they came to and on
// which services.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import pc from 'picocolors'
import { compileCacheOf } from './processes.ts'
import type { Counts, TestRun } from './test-reporter.ts'

const PROJECT_TITLES: Record<string, string> = {
  unit: 'unit',
  int: 'integration',
  e2e: 'end to end',
  alone: 'one by one',
}

const startedAt = Date.now()
const { run, code } = await runVitest(process.argv.slice(2))
if (run) printTable(run)
printTotal(run, code)
process.exitCode = code

function runVitest(args: string[]): Promise<{ run: TestRun | undefined; code: number }> {
  const vitest = join(import.meta.dirname, '..', 'node_modules', 'vitest', 'vitest.mjs')
  const reporters = ['--reporter=default', `--reporter=${join(import.meta.dirname, 'test-reporter.ts')}`]
  const child = spawn(process.execPath, [vitest, 'run', ...reporters, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    // The tests and every program that they start share compiled code.
    env: { ...process.env, ...compileCacheOf(join(import.meta.dirname, '..')) },
  })
  let run: TestRun | undefined
  child.on('message', (message) => {
    run = message as TestRun
  })
  // A terminal's Ctrl-C reaches vitest by itself; this process only has to outlive it.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  return new Promise((resolve) => {
    child.on('error', (error) => {
      console.error(`vitest could not be started: ${error.message}`)
      resolve({ run, code: 1 })
    })
    child.on('exit', (code) => resolve({ run, code: code ?? 1 }))
  })
}

function printTable({ projects, services, unhandledErrors }: TestRun): void {
  const cell = (value: number | string): string => String(value).padStart(9)
  console.log(pc.dim(`${''.padEnd(12)}${['passed', 'failed', 'skipped'].map(cell).join('')}`))
  for (const [name, title] of Object.entries(PROJECT_TITLES)) {
    const counts = projects[name]
    if (counts) console.log(`${title.padEnd(12)}${cell(counts.passed)}${cell(counts.failed)}${cell(counts.skipped)}`)
  }
  console.log('')
  if (unhandledErrors > 0) console.log(`${'errors'.padEnd(12)}${unhandledErrors} outside any test, counted as failed`)
  if (services) console.log(`${'Redis'.padEnd(12)}${services.redis}\n${'MongoDB'.padEnd(12)}${services.mongo}`)
  console.log(`${'time'.padEnd(12)}${((Date.now() - startedAt) / 1000).toFixed(1)} s\n`)
}

/**
 * The closing line, which other programs read: `N passed, N failed`, and skipped ones where there
 * are any.
 */
function printTotal(run: TestRun | undefined, code: number): void {
  const total = sum(Object.values(run?.projects ?? {}))
  total.failed += run?.unhandledErrors ?? 1
  if (code !== 0 && total.failed === 0) {
    console.log(`vitest ended with code ${code} although no test failed; its own words are above.`)
    total.failed = 1
  }
  console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`)
}

function sum(all: readonly Counts[]): Counts {
  const total = { passed: 0, failed: 0, skipped: 0 }
  for (const counts of all) for (const key of ['passed', 'failed', 'skipped'] as const) total[key] += counts[key]
  return total
}
