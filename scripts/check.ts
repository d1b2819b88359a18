// `npm run check`: all static checks. `-- --fix` repairs what it can.
import { execFile } from 'node:child_process'
import { delimiter, join } from 'node:path'
import pc from 'picocolors'

interface Check {
  name: string
  command: string
  args: string[]
}

const ROOT = join(import.meta.dirname, '..')
const BIN = join(ROOT, 'node_modules', '.bin')
const fix = process.argv.includes('--fix')

const checks: Check[] = [
  {
    name: 'API types',
    command: process.execPath,
    args: ['--conditions=source', join('scripts', 'api-types.ts'), ...(fix ? ['--write'] : [])],
  },
  { name: 'format', command: 'oxfmt', args: [fix ? '--write' : '--check'] },
  { name: 'lint', command: 'oxlint', args: ['--deny-warnings', ...(fix ? ['--fix'] : [])] },
  { name: 'types', command: 'tsc', args: ['-p', 'tsconfig.json'] },
  { name: 'page types', command: 'tsc', args: ['-p', join('apps', 'web', 'tsconfig.json')] },
  { name: 'shape', command: process.execPath, args: [join('scripts', 'shape.ts')] },
  { name: 'boundaries', command: 'turbo', args: ['boundaries'] },
  {
    name: 'API document',
    command: process.execPath,
    args: ['--conditions=source', join('scripts', 'lint-openapi.ts')],
  },
  { name: 'dead code', command: 'knip', args: ['--no-progress', '--no-config-hints'] },
]

// Fixes must not run while other checks read the same files.
if (fix) for (const check of checks.splice(0, 3)) await report(check)
const passed = await Promise.all(checks.map(report))
process.exitCode = passed.every(Boolean) ? 0 : 1

async function report(check: Check): Promise<boolean> {
  const startedAt = Date.now()
  const { ok, output } = await run(check)
  const seconds = `${((Date.now() - startedAt) / 1000).toFixed(1)} s`
  console.log(`${ok ? pc.green('✓') : pc.red('✗')} ${check.name.padEnd(14)}${pc.dim(seconds)}`)
  if (!ok) console.log(`\n${output}\n`)
  return ok
}

function run({ command, args }: Check): Promise<{ ok: boolean; output: string }> {
  const env = {
    ...process.env,
    PATH: `${BIN}${delimiter}${process.env['PATH']}`,
    TURBO_TELEMETRY_DISABLED: '1',
    NO_UPDATE_NOTIFIER: '1',
  }
  return new Promise((resolve) => {
    const options = { cwd: ROOT, env, maxBuffer: 64 * 1024 * 1024, shell: process.platform === 'win32' }
    execFile(command, args, options, (error, stdout, stderr) => {
      // A tool that could not be started prints nothing itself.
      const output = [stdout, stderr]
        .map((text) => text.trim())
        .filter(Boolean)
        .join('\n')
      resolve({ ok: error === null, output: output || String(error?.message) })
    })
  })
}
