// `npm run bench [-- NAMES [options]]`: the named benchmarks of bench/, or all. Prints one figure per line
// and saves the full record as JSON in bench/results. Exits with code 1 if a figure is out of
// bounds.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { arch, cpus, platform, release, totalmem } from 'node:os'
import { join } from 'node:path'
import pc from 'picocolors'
import { holds, type Benchmark, type BenchmarkResult, type Figure } from '../bench/support/benchmark.ts'
import { onStopSignal } from './on-stop-signal.ts'

const ROOT = join(import.meta.dirname, '..')
const FOLDER = join(ROOT, 'bench')
const NAMES = readdirSync(FOLDER).flatMap((file) => (file.endsWith('.ts') ? [file.slice(0, -'.ts'.length)] : []))

// Without a handler a signal would leave the stores running.
onStopSignal(() => process.exit(130))

const given = process.argv.slice(2)
const firstOption = given.findIndex((one) => one.startsWith('-'))
const names = firstOption === -1 ? given : given.slice(0, firstOption)
const options = given.slice(names.length)
const unknown = names.find((name) => !NAMES.includes(name))
if (unknown !== undefined) {
  console.error(pc.red(`Unknown benchmark "${unknown}". Choose from: ${NAMES.join(', ')}.`))
  process.exit(2)
}
for (const name of names.length > 0 ? names : NAMES) await run(name)

async function run(benchmarkName: string): Promise<void> {
  const { benchmark } = (await import(join(FOLDER, `${benchmarkName}.ts`))) as { benchmark: Benchmark }
  const result = await benchmark.run(options)
  const file = writeRecord(benchmarkName, result)
  print(benchmarkName, result)
  console.error(pc.dim(`  recorded in ${file}`))
  if (!result.figures.every(holds)) process.exitCode = 1
}

function print(benchmarkName: string, { figures, notes }: BenchmarkResult): void {
  for (const figure of figures) console.log(`${benchmarkName}  ${lineOf(figure)}`)
  for (const note of notes) console.log(pc.dim(`  ${note}`))
}

function lineOf(figure: Figure): string {
  const { what, value, spread, unit, bound } = figure
  const show = (number: number): string => `${number.toFixed(Math.abs(number) < 10 ? 2 : 1)}${unit && ` ${unit}`}`
  const colour = bound === undefined ? pc.bold : holds(figure) ? pc.green : pc.red
  const limit = bound && ('atLeast' in bound ? `at least ${show(bound.atLeast)}` : `at most ${show(bound.atMost)}`)
  const wanted = bound ? `, ${limit}, goal ${show(bound.goal)}` : ''
  return `${colour(show(value))}  ${what} (${show(spread.least)} to ${show(spread.most)}${wanted})`
}

function writeRecord(benchmarkName: string, result: BenchmarkResult): string {
  const commit = commitOf()
  const record = {
    benchmark: benchmarkName,
    at: new Date().toISOString(),
    commit,
    machine: machine(),
    versions: versions(),
    ...result,
  }
  mkdirSync(join(FOLDER, 'results'), { recursive: true })
  const file = join('bench', 'results', `${benchmarkName}-${commit}.json`)
  writeFileSync(join(ROOT, file), `${JSON.stringify(record, undefined, 2)}\n`)
  return file
}

/** `-dirty` if there are uncommitted changes. */
function commitOf(): string {
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim()
  try {
    return (
      git('rev-parse', '--short', 'HEAD') +
      (git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '-dirty')
    )
  } catch {
    return 'no-commit'
  }
}

function machine(): object {
  const processors = cpus()
  return {
    platform: `${platform()} ${release()} ${arch()}`,
    cpu: processors[0]?.model,
    cores: processors.length,
    memoryBytes: totalmem(),
  }
}

/** The packages that affect the figures. */
function versions(): object {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'node_modules', 'sharp', 'package.json'), 'utf8')) as {
    version: string
  }
  return { node: process.version, sharp: version }
}
