import { linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRunning, readPidFile, recordOf } from './pid-file.ts'

/** Another process is running services in the folder. */
export class FolderTakenError extends Error {
  readonly pid: number

  constructor(pid: number, folder: string) {
    super(
      `The services in ${folder} belong to process ${pid}, which is still running: stop it first, or use another folder.`,
    )
    this.name = 'FolderTakenError'
    this.pid = pid
  }
}

/**
 * Makes this process the only one that runs services in a folder; throws if another running process
 * does. A claim is void once its process has ended, however it ended. Returns the release function.
 */
export function claimFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true })
  const claim = claimFileOf(folder)
  const mine = `${claim}.${process.pid}`
  // Created with `link`, so that a half-written claim is never visible.
  writeFileSync(mine, JSON.stringify(recordOf(process.pid)))
  try {
    while (!placed(mine, claim)) dropDeadClaim(folder)
  } finally {
    rmSync(mine, { force: true })
  }
  return () => rmSync(claim, { force: true })
}

function claimFileOf(folder: string): string {
  return join(folder, 'owner.json')
}

function placed(mine: string, claim: string): boolean {
  try {
    linkSync(mine, claim)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

function dropDeadClaim(folder: string): void {
  const claim = claimFileOf(folder)
  const owner = readPidFile(claim)
  if (owner !== undefined && isRunning(owner)) throw new FolderTakenError(owner.pid, folder)

  // Two processes may find the same dead claim, and the slower one must not remove the new claim of
  // the faster.
  const dropped = `${claim}.dropped.${process.pid}`
  try {
    renameSync(claim, dropped)
  } catch {
    return // the other process was faster; the next round sees its claim
  }
  const taken = readPidFile(dropped)
  if (taken !== undefined && isRunning(taken)) placed(dropped, claim)
  rmSync(dropped, { force: true })
}
