import { join } from 'node:path'
import type { Attempt } from './first-that-works.ts'
import { recentFailure } from './recent-failure.ts'
import { runDownload } from './run-download.ts'
import type { ServiceContext } from './service.ts'

/**
 * A real mongod, downloaded once and kept; gives up within seconds where its download host cannot
 * be reached.
 */
export async function fetchMongod({ cacheFolder, env, log }: ServiceContext): Promise<Attempt<string>> {
  const failure = recentFailure(cacheFolder, 'mongod-download')
  if (failure.happened()) return { skipped: 'could not be downloaded some time ago' }
  log('MongoDB: looking for a mongod to download (kept for the next time) …')
  const program = await runDownload({ script: 'download-mongod', folder: join(cacheFolder, 'mongod'), env })
  if (program !== undefined) return { found: program }
  failure.remember()
  return { skipped: 'none could be downloaded; not tried again for some hours', said: true }
}
