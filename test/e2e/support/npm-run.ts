import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '@darkroom/testing'
import { copyTree } from '../../../faults/tree.ts'
import { compileCacheOf } from '../../../scripts/processes.ts'

export interface OsProcess {
  pid: number
  parent: number
  /** Pids are reused; the start time is not. */
  startedAt: string
  command: string
}

export type NpmRun = Awaited<ReturnType<typeof npmRun>>

const STARTED_MS = 90_000
/** Shared by all copies, whose libraries are the same. */
export const COMPILED = compileCacheOf(join(import.meta.dirname, '..', '..', '..'))

/**
 * `npm run …` as a user types it, in a copy of the repository with its own `.darkroom` folder and
 * without an `.env`.
 */
export async function npmRun(script: string, args: readonly string[], env: NodeJS.ProcessEnv) {
  const folder = await mkdtemp(join(tmpdir(), 'darkroom-npm-'))
  const tree = join(folder, 'tree')
  await copyTree(tree)
  const { PATH, HOME } = process.env
  const npm = spawn('npm', ['run', script, '--', ...args], {
    cwd: tree,
    // A process group of its own, as a terminal creates for each command.
    detached: true,
    env: { PATH, HOME, ...COMPILED, DATA_DIR: join(folder, 'data'), HOST: '127.0.0.1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [npm.stdout, npm.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  const pid = npm.pid ?? -1
  return {
    pid,
    tree,
    output: () => output,
    /** Everything that it started. */
    processes: (): OsProcess[] => familyOf(pid),
    started: () =>
      until(() => output.includes('Darkroom is running'), {
        timeoutMs: STARTED_MS,
        what: `npm run ${script} to start`,
      }),
    stop: async (): Promise<void> => {
      const family = familyOf(pid)
      npm.kill('SIGTERM')
      await until(() => family.every((one) => !isRunning(one)), { timeoutMs: STARTED_MS, what: 'all processes to end' })
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export function isRunning({ pid, startedAt }: OsProcess): boolean {
  return readProcess(pid)?.startedAt === startedAt
}

export function familyOf(root: number): OsProcess[] {
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (readProcess(Number(name)) ?? []) : []))
  const family = all.filter(({ pid }) => pid === root)
  for (const member of family) family.push(...all.filter(({ parent }) => parent === member.pid))
  return family
}

/** Undefined if it is gone, or dead and not yet reaped (proc(5): stat). */
function readProcess(pid: number): OsProcess | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
    return { pid, parent: Number(fields[1]), startedAt: fields[19] ?? '', command }
  } catch {
    return undefined
  }
}
