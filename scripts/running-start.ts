import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const FILE = join(import.meta.dirname, '..', '.darkroom', 'start', 'running.json')

/**
 * Records the stores and API of this `npm start` for the doctor. Returns a function that removes
 * the record.
 */
export function tellWhatRuns(env: NodeJS.ProcessEnv): () => void {
  writeFileSync(FILE, JSON.stringify({ pid: process.pid, env }), { mode: 0o600 })
  return () => rmSync(FILE, { force: true })
}

/** The settings of the `npm start` that is running in this checkout, or undefined. */
export function whatRuns(): NodeJS.ProcessEnv | undefined {
  try {
    const { pid, env } = JSON.parse(readFileSync(FILE, 'utf8')) as { pid: number; env: NodeJS.ProcessEnv }
    process.kill(pid, 0)
    return env
  } catch {
    return undefined
  }
}
