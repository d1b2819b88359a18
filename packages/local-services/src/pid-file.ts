import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { processIdentity } from './process-identity.ts'

export interface ProcessRecord {
  pid: number
  /** See process-identity.ts; without it this record is no reason to kill a process. */
  identity: string | undefined
}

export function recordOf(pid: number): ProcessRecord {
  return { pid, identity: processIdentity(pid) }
}

/** Synchronous on purpose: this process must not be able to die between a spawn and its record. */
export function writePidFile(path: string, pid: number): void {
  writeFileSync(path, JSON.stringify(recordOf(pid)))
}

export function readPidFile(path: string): ProcessRecord | undefined {
  try {
    const record: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return isProcessRecord(record) ? record : undefined
  } catch {
    return undefined
  }
}

/** Whether the process of the record is still running, and not another one that got its pid. */
export function isRunning(record: ProcessRecord): boolean {
  return record.identity !== undefined && processIdentity(record.pid) === record.identity
}

/** Ends what a killed parent left behind, and nothing else. Returns the pid it ended. */
export async function killOrphan(pidFile: string): Promise<number | undefined> {
  const record = readPidFile(pidFile)
  const orphaned = record !== undefined && isRunning(record)
  if (orphaned) await endProcess(record)
  rmSync(pidFile, { force: true })
  return orphaned ? record.pid : undefined
}

async function endProcess(record: ProcessRecord): Promise<void> {
  for (const [signal, limitMs] of [
    ['SIGTERM', 3000],
    ['SIGKILL', 2000],
  ] as const) {
    signalQuietly(record.pid, signal)
    const until = Date.now() + limitMs
    while (isRunning(record) && Date.now() < until) await pause(25)
    if (!isRunning(record)) return
  }
  throw new Error(`Process ${record.pid}, left over from an earlier run, cannot be stopped.`)
}

function signalQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // Already gone, or not ours to end: the caller checks again.
  }
}

function isProcessRecord(value: unknown): value is ProcessRecord {
  return typeof value === 'object' && value !== null && 'pid' in value && typeof value.pid === 'number' && value.pid > 1
}
