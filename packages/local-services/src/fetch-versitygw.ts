import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { constants, setPriority } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { endWithUs } from './end-with-us.ts'
import { findProgram } from './find-program.ts'
import type { Attempt } from './first-that-works.ts'
import { claimFolder, FolderTakenError } from './folder-claim.ts'
import { recentFailure } from './recent-failure.ts'
import type { ServiceContext } from './service.ts'

const run = promisify(execFile)

const VERSION = 'v1.8.0'
const MODULE = 'github.com/versity/versitygw'
/** An unreachable host may accept a connection and stay silent for minutes. */
const DOWNLOAD_LIMIT_MS = 60_000
const BUILD_LIMIT_MS = 15 * 60_000
const LOOK_EVERY_MS = 500

/** Where the program is, once it is built. */
export function versitygwIn(cacheFolder: string): string {
  return join(cacheFolder, `versitygw-${VERSION}`, process.platform === 'win32' ? 'versitygw.exe' : 'versitygw')
}

/** versitygw built from source, once, and cached; needs Go. */
export async function fetchVersitygw(context: ServiceContext): Promise<Attempt<string>> {
  const { cacheFolder, env, log } = context
  const program = versitygwIn(cacheFolder)
  if (existsSync(program)) return { found: program }
  const go = findProgram('go', env)
  if (go === undefined) return { skipped: 'the build requires Go' }
  const failure = recentFailure(cacheFolder, 'versitygw-build')
  if (failure.happened()) return { skipped: 'a recent build failed' }

  // Tests that run at the same time must not all build it.
  const release = await claimed(join(cacheFolder, 'versitygw-build'))
  try {
    if (existsSync(program)) return { found: program }
    log(`S3: building versitygw ${VERSION} with Go (takes a few minutes, only once) …`)
    if (await build(go, program, context)) return { found: program }
  } finally {
    release()
  }
  failure.remember()
  return { skipped: 'download or build failed; the next try is in a few hours', said: true }
}

/** The output of go contains the machine's module proxy, so it is not logged. */
async function build(go: string, program: string, { cacheFolder, env }: ServiceContext): Promise<boolean> {
  const folder = await mkdtemp(join(cacheFolder, 'fetching-'))
  const options = { cwd: folder, env: { ...env, GOBIN: folder, CGO_ENABLED: '0' } }
  try {
    await runQuietly(go, ['mod', 'download', `${MODULE}@${VERSION}`], { ...options, timeout: DOWNLOAD_LIMIT_MS })
    await runQuietly(go, ['install', `${MODULE}/cmd/versitygw@${VERSION}`], { ...options, timeout: BUILD_LIMIT_MS })
    await mkdir(join(program, '..'), { recursive: true })
    await rename(join(folder, program.slice(program.lastIndexOf('versitygw'))), program)
    return true
  } catch {
    return false
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** With a low priority: others measure times meanwhile. */
async function runQuietly(file: string, args: string[], options: Parameters<typeof run>[2]): Promise<void> {
  const running = run(file, args, options)
  endWithUs(running.child)
  if (running.child.pid !== undefined) setPriority(running.child.pid, constants.priority.PRIORITY_LOW)
  await running
}

async function claimed(folder: string): Promise<() => void> {
  for (;;) {
    try {
      return claimFolder(folder)
    } catch (error) {
      if (!(error instanceof FolderTakenError)) throw error
      await pause(LOOK_EVERY_MS)
    }
  }
}
