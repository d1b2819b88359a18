import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolderFor } from './cache-folder.ts'
import { downloadedWheel } from './downloaded-wheel.ts'
import type { Attempt } from './first-that-works.ts'
import { recentFailure } from './recent-failure.ts'

const VERSION = '0.8.1'
const IN_WHEEL = join('imageio_ffmpeg', 'binaries')

interface FetchOptions {
  /** Where the program is kept if this user has no cache folder. */
  folder: string
  env: NodeJS.ProcessEnv
  log: (line: string) => void
}

/** A static build of ffmpeg, extracted from the Python wheel that ships it, and cached. */
export async function fetchFfmpeg({ folder, env, log }: FetchOptions): Promise<Attempt<string>> {
  const cacheFolder = cacheFolderFor(env, folder)
  const home = join(cacheFolder, `imageio-ffmpeg-${VERSION}-${process.platform}-${process.arch}`)
  const program = join(home, process.platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg')
  if (existsSync(program)) return { found: program }
  const failure = recentFailure(cacheFolder, 'ffmpeg')
  if (failure.happened()) return { skipped: 'a recent download failed' }
  log('ffmpeg: downloading a build with pip (68 MB, only once) …')
  await mkdir(cacheFolder, { recursive: true })
  const workFolder = await mkdtemp(join(cacheFolder, 'fetching-'))
  try {
    const wheel = await downloadedWheel(`imageio-ffmpeg==${VERSION}`, { folder: workFolder, env })
    if (!('found' in wheel)) {
      failure.remember()
      return wheel
    }
    // The program's own name contains its version and platform.
    const names = await readdir(join(wheel.found, IN_WHEEL))
    const unpacked = join(wheel.found, IN_WHEEL, names.find((name) => name.startsWith('ffmpeg-')) ?? 'ffmpeg')
    await chmod(unpacked, 0o755)
    await mkdir(home, { recursive: true })
    // The final step: a program that exists is complete.
    await rename(unpacked, program)
    return { found: program }
  } finally {
    await rm(workFolder, { recursive: true, force: true })
  }
}
