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

// Pinned: later betas contain a Python server that is ten times slower.
const VERSION = '0.6.0b17'
const DOWNLOAD_LIMIT_MS = 120_000
/** Inside the wheel. The server finds its bundled libraries in the folder next to its own. */
const PROGRAM = join('secantusdb.scripts', process.platform === 'win32' ? 'secantusd-rs.exe' : 'secantusd-rs')

/** Extracts the stand-in's server program from its Python wheel and caches it. */
export async function fetchStandIn({ cacheFolder, env, log }: ServiceContext): Promise<Attempt<string>> {
  const home = join(cacheFolder, `secantusdb-${VERSION}-${process.platform}-${process.arch}`)
  const program = join(home, PROGRAM)
  if (existsSync(program)) return { found: program }

  const python = findProgram('python3', env) ?? findProgram('python', env)
  if (python === undefined)
    return { skipped: 'installing it requires Python with pip, and Python was not found', said: true }
  log(`MongoDB: downloading the stand-in SecantusDB ${VERSION} with pip (22 MB, only once) …`)
  await mkdir(cacheFolder, { recursive: true })
  const workFolder = await mkdtemp(join(cacheFolder, 'fetching-'))
  try {
    const unpacked = await unpackedWheel(python, workFolder, env)
    if (unpacked === undefined)
      return { skipped: `pip could not download secantusdb ${VERSION} for this platform`, said: true }
    await keep(unpacked, home)
  } finally {
    await rm(workFolder, { recursive: true, force: true })
  }
  return { found: program }
}

/**
 * The folder with the wheel's files, or undefined. The output of pip contains the machine's package
 * index, so it is not logged.
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

/** Only the server and its libraries, of 80 MB; the final rename makes the installation atomic. */
async function keep(unpacked: string, home: string): Promise<void> {
  const kept = join(dirname(unpacked), 'kept')
  await mkdir(kept)
  for (const folder of ['secantusdb.scripts', 'secantusdb.libs']) {
    if (existsSync(join(unpacked, folder))) await rename(join(unpacked, folder), join(kept, folder))
  }
  // Another run may have installed the same in the meantime; its copy is as good as ours.
  await rename(kept, home).catch((error: unknown) => {
    if (!existsSync(join(home, PROGRAM))) throw error
  })
}
