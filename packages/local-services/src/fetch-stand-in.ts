import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { endWithUs } from './end-with-us.ts'
import type { Attempt } from './first-that-works.ts'
import { findProgram } from './find-program.ts'
import type { ServiceContext } from './service.ts'

const run = promisify(execFile)

// Pinned: later betas hold a Python server that is ten times slower.
const VERSION = '0.6.0b17'
const DOWNLOAD_LIMIT_MS = 120_000
/** Inside the wheel. The server finds its bundled libraries in the folder beside its own. */
const PROGRAM = join('secantusdb.scripts', process.platform === 'win32' ? 'secantusd-rs.exe' : 'secantusd-rs')

/**
 * Gets the stand-in's server program out of its Python wheel; the next time it comes from the
 * cache.
 */
export async function fetchStandIn({ cacheFolder, env, log }: ServiceContext): Promise<Attempt<string>> {
  const home = join(cacheFolder, `secantusdb-${VERSION}-${process.platform}-${process.arch}`)
  const program = join(home, PROGRAM)
  if (existsSync(program)) return { found: program }

  const python = findProgram('python3', env) ?? findProgram('python', env)
  if (python === undefined)
    return { skipped: 'its package needs Python with pip to be fetched, and there is no Python', said: true }
  log(`MongoDB: fetching the stand-in SecantusDB ${VERSION} with pip (22 MB, this once) …`)
  await mkdir(cacheFolder, { recursive: true })
  const workFolder = await mkdtemp(join(cacheFolder, 'fetching-'))
  try {
    const unpacked = await unpackedWheel(python, workFolder, env)
    if (unpacked === undefined)
      return { skipped: `pip could not fetch secantusdb ${VERSION} for this platform`, said: true }
    await keep(unpacked, home)
  } finally {
    await rm(workFolder, { recursive: true, force: true })
  }
  return { found: program }
}

/**
 * The folder with the wheel's files, or undefined. What pip prints names the machine's package
 * index: not for a log.
 */
async function unpackedWheel(python: string, workFolder: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const options = { env, timeout: DOWNLOAD_LIMIT_MS }
  const unpacked = join(workFolder, 'unpacked')
  try {
    const download = ['download', '--quiet', '--no-deps', '--only-binary', ':all:', '--retries', '1', '--timeout', '15']
    const fetching = run(python, ['-m', 'pip', ...download, '--dest', workFolder, `secantusdb==${VERSION}`], options)
    endWithUs(fetching.child)
    await fetching
    const wheel = (await readdir(workFolder)).find((name) => name.endsWith('.whl'))
    if (wheel === undefined) return undefined
    await run(python, ['-m', 'zipfile', '-e', join(workFolder, wheel), unpacked], options)
    await chmod(join(unpacked, PROGRAM), 0o755)
    return unpacked
  } catch {
    return undefined
  }
}

/** Of 80 MB only the server and its libraries; the last rename makes it whole or not at all. */
async function keep(unpacked: string, home: string): Promise<void> {
  const kept = join(dirname(unpacked), 'kept')
  await mkdir(kept)
  for (const folder of ['secantusdb.scripts', 'secantusdb.libs']) {
    if (existsSync(join(unpacked, folder))) await rename(join(unpacked, folder), join(kept, folder))
  }
  // Another run may have put the same there in the meantime, and then its copy is as good.
  await rename(kept, home).catch((error: unknown) => {
    if (!existsSync(join(home, PROGRAM))) throw error
  })
}
