import { join } from 'node:path'
import type { Attempt } from './first-that-works.ts'
import { recentFailure } from './recent-failure.ts'
import { runDownload } from './run-download.ts'
import type { ServiceContext } from './service.ts'

/**
 * A real mongod, downloaded once and cached. Fails within seconds if the download host is
 * unreachable.
 */
export async function fetchMongod({ cacheFolder, env, log }: ServiceContext): Promise<Attempt<string>> {
  const failure = recentFailure(cacheFolder, 'mongod-download')
  if (failure.happened()) return { skipped: 'a recent download failed' }
  log('MongoDB: downloading mongod (cached for later runs) …')
  const program = await runDownload({ script: 'download-mongod', folder: join(cacheFolder, 'mongod'), env })
  if (program !== undefined) return { found: program }
  failure.remember()
  return { skipped: 'the download failed; the next try is in a few hours', said: true }
}
