import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Attempt } from './first-that-works.ts'
import { findProgram } from './find-program.ts'
import type { ServiceContext } from './service.ts'

const run = promisify(execFile)
const LIMIT_MS = 120_000

// Only the program is needed: without its unit and init script nothing is started now or at the
// next boot, and no Redis of ours ever occupies the default port.
const WITHOUT_SERVICE = ['/lib/systemd/system/redis*', '/usr/lib/systemd/system/redis*', '/etc/init.d/redis*'].flatMap(
  (path) => ['-o', `Dpkg::Options::=--path-exclude=${path}`],
)
const INSTALL = [
  'install',
  '-y',
  '--no-install-recommends',
  '-o',
  'DPkg::Lock::Timeout=60',
  ...WITHOUT_SERVICE,
  'redis-server',
]

/**
 * Installs redis-server with apt where that works without prompts: as root on Debian, Ubuntu and
 * derivatives.
 */
export async function installRedisByApt({ env, log }: ServiceContext): Promise<Attempt<string>> {
  const apt = findProgram('apt-get', env)
  if (apt === undefined || !existsSync('/etc/debian_version')) return { skipped: 'this is not Debian or Ubuntu' }
  if (process.getuid?.() !== 0) return { skipped: 'apt-get requires root' }

  log('Redis: installing redis-server with apt-get (takes a few seconds, only once; no system service is set up) …')
  const options = { env: { ...env, DEBIAN_FRONTEND: 'noninteractive' }, timeout: LIMIT_MS }
  try {
    if (await listsAreEmpty()) await run(apt, ['update'], options)
    await run(apt, INSTALL, options)
  } catch {
    // The output of apt contains this machine's package mirrors, so it is not logged. It may also
    // have lost a race against another run that installed the same package, so the program decides,
    // not the exit code.
  }
  const file = findProgram('redis-server', env)
  return file === undefined ? { skipped: 'apt-get could not install redis-server', said: true } : { found: file }
}

async function listsAreEmpty(): Promise<boolean> {
  const lists = await readdir('/var/lib/apt/lists').catch(() => [])
  return !lists.some((name) => name.includes('_Packages'))
}
