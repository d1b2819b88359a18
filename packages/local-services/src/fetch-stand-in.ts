import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { downloadedWheel } from './downloaded-wheel.ts'
import type { Attempt } from './first-that-works.ts'
import type { ServiceContext } from './service.ts'

// Pinned: later betas contain a Python server that is ten times slower.
const VERSION = '0.6.0b17'
/** Inside the wheel. The server finds its bundled libraries in the folder next to its own. */
const PROGRAM = join('secantusdb.scripts', process.platform === 'win32' ? 'secantusd-rs.exe' : 'secantusd-rs')

/** Extracts the stand-in's server program from its Python wheel and caches it. */
export async function fetchStandIn({ cacheFolder, env, log }: ServiceContext): Promise<Attempt<string>> {
  const home = join(cacheFolder, `secantusdb-${VERSION}-${process.platform}-${process.arch}`)
  const program = join(home, PROGRAM)
  if (existsSync(program)) return { found: program }

  log(`MongoDB: downloading the stand-in SecantusDB ${VERSION} with pip (22 MB, only once) …`)
  await mkdir(cacheFolder, { recursive: true })
  const workFolder = await mkdtemp(join(cacheFolder, 'fetching-'))
  try {
    const wheel = await downloadedWheel(`secantusdb==${VERSION}`, { folder: workFolder, env })
    if (!('found' in wheel)) return wheel
    await chmod(join(wheel.found, PROGRAM), 0o755)
    await keep(wheel.found, home)
  } finally {
    await rm(workFolder, { recursive: true, force: true })
  }
  return { found: program }
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
