import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const VERSION_LIMIT_MS = 5000

/** The full path of a program on PATH, or undefined. */
export function findProgram(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const file = process.platform === 'win32' ? `${name}.exe` : name
  return (env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, file))
    .find(isExecutable)
}

/**
 * "7.0.15" from the output of `--version`; "unknown" if it contains no version. Rejects if the
 * program cannot run.
 */
export async function programVersion(file: string): Promise<string> {
  const { stdout } = await promisify(execFile)(file, ['--version'], { timeout: VERSION_LIMIT_MS })
  return /v=?(\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? 'unknown'
}

/** Compares dotted version numbers; an unknown version is assumed to be new enough. */
export function isAtLeast(version: string, least: string): boolean {
  if (version === 'unknown') return true
  const [have, need] = [version, least].map((text) => text.split('.').map(Number)) as [number[], number[]]
  const at = need.findIndex((part, index) => part !== (have[index] ?? 0))
  return at === -1 || (have[at] ?? 0) > (need[at] ?? 0)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
