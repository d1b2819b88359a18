// `npm run bench [-- NAME [options]]`: one benchmark of bench/, or all. A ratio a line on standard output, the whole
// record as JSON in bench/results. Ends with code 1 when a ratio is below its floor.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { arch, cpus, platform, release, totalmem } from 'node:os'
import { join } from 'node:path'
import pc from 'picocolors'
import type { Benchmark, BenchmarkResult } from '../bench/support/benchmark.ts'

const root = join(import.meta.dirname, '..')
const folder = join(root, 'bench')
const names = readdirSync(folder).flatMap((file) => (file.endsWith('.ts') ? [file.slice(0, -'.ts'.length)] : []))

const [name, ...options] = process.argv.slice(2)
if (name !== undefined && !names.includes(name)) {
  console.error(pc.red(`There is no benchmark "${name}"; there is ${names.join(', ')}.`))
  process.exit(2)
}
for (const one of name === undefined ? names : [name]) await run(one)

async function run(benchmarkName: string): Promise<void> {
  const { benchmark } = (await import(join(folder, `${benchmarkName}.ts`))) as { benchmark: Benchmark }
  const result = await benchmark.run(options)
  const file = writeRecord(benchmarkName, result)
  print(benchmarkName, result)
  console.error(pc.dim(`  recorded in ${file}`))
  if (result.ratio < result.floor) process.exitCode = 1
}

function print(benchmarkName: string, { ratio, spread, floor, limit, notes }: BenchmarkResult): void {
  const range = `${spread.least.toFixed(2)} to ${spread.most.toFixed(2)}`
  const colour = ratio < floor ? pc.red : pc.green
  console.log(`${benchmarkName}  ${colour(ratio.toFixed(2))}  ${limit} (${range}, floor ${floor.toFixed(2)})`)
  for (const note of notes) console.log(pc.dim(`  ${note}`))
}

function writeRecord(benchmarkName: string, result: BenchmarkResult): string {
  const commit = commitOf()
  const record = { benchmark: benchmarkName, at: new Date().toISOString(), commit, machine: machine(), versions: versions(), ...result }
  mkdirSync(join(folder, 'results'), { recursive: true })
  const file = join('bench', 'results', `${benchmarkName}-${commit}.json`)
  writeFileSync(join(root, file), `${JSON.stringify(record, undefined, 2)}\n`)
  return file
}

/** `-dirty` when there are changes that no commit has. */
function commitOf(): string {
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()
  try {
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '-dirty')
  } catch {
    return 'no-commit'
  }
}

function machine(): object {
  const processors = cpus()
  return { platform: `${platform()} ${release()} ${arch()}`, cpu: processors[0]?.model, cores: processors.length, memoryBytes: totalmem() }
}

/** Of what the figures depend on. */
function versions(): object {
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules', 'sharp', 'package.json'), 'utf8')) as { version: string }
  return { node: process.version, sharp: version }
}
