// Crashes at an exact line: a patch inserts code that kills the process once, if the flag file of
// the point exists.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '@darkroom/testing'

/**
 * The process that removes the flag is the one that dies: of several processes at the same line,
 * exactly one.
 */
const taken = (flags: string, point: string): string =>
  `(() => { try { process.getBuiltinModule('node:fs').unlinkSync(${JSON.stringify(join(flags, point))}); return true } catch { return false } })()`

/**
 * A statement that kills its own process. With `powerCuts`, unsynced data is lost with it. `ids` is
 * a JavaScript expression for the affected tasks.
 */
export const crashHere = (flags: string, point: string, ids?: string): string =>
  `if (${taken(flags, point)}) { ${ids === undefined ? '' : noteHit(flags, ids)}${CRASH} }\n`

/**
 * The same in a worker's child, killing the worker with it. Nothing happens in other programs that
 * run the same line. The parent is checked first: that of an orphan is not ours to kill. `last` is
 * a JavaScript statement to run before it dies.
 */
export const crashMachineHere = (flags: string, point: string, last = ''): string =>
  `if (process.argv[1]?.endsWith('child.ts') && ${taken(flags, point)}) { ${last}; ${killWorker}; ${CRASH} }\n`

const noteHit = (flags: string, ids: string): string =>
  `process.getBuiltinModule('node:fs').appendFileSync(${JSON.stringify(join(flags, 'hits'))}, JSON.stringify({ at: Date.now(), ids: ${ids} }) + '\\n'); `

export interface Hit {
  at: number
  ids: string[]
}

/** The tasks that the crashes hit, in order. */
export const readHits = (flags: string): Hit[] =>
  readFileSync(join(flags, 'hits'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Hit)

const CRASH = `globalThis.cutPower?.(); process.kill(process.pid, 'SIGKILL')`

const killWorker = `try { const fs = process.getBuiltinModule('node:fs'); if (fs.readFileSync('/proc/' + process.ppid + '/cmdline', 'latin1').includes('image-worker/src/main.ts')) process.kill(process.ppid, 'SIGKILL') } catch {}`

export const arm = (flags: string, point: string): void => writeFileSync(join(flags, point), '')

/** Waits until a process has died at the point. */
export async function untilHit(flags: string, point: string, timeoutMs = 15_000): Promise<void> {
  await until(() => !existsSync(join(flags, point)), { timeoutMs, intervalMs: 5, what: `a crash at ${point}` })
}
