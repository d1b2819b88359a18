import { join } from 'node:path'
import { findProgram } from './find-program.ts'
import type { Attempt } from './first-that-works.ts'
import { recentFailure } from './recent-failure.ts'
import { runDownload } from './run-download.ts'
import type { ServiceContext } from './service.ts'

/** redis-server built from its sources, once, and kept; needs make and a C compiler. */
export async function fetchRedis({ cacheFolder, env, log }: ServiceContext): Promise<Attempt<string>> {
  if (process.platform === 'win32') return { skipped: 'not on Windows' }
  const missing = ['make', 'cc'].filter((tool) => findProgram(tool, env) === undefined)
  if (missing.length > 0) return { skipped: `building it needs ${missing.join(' and ')}` }

  const failure = recentFailure(cacheFolder, 'redis-build')
  if (failure.happened()) return { skipped: 'could not be fetched and built some time ago' }
  log('Redis: building redis-server from its sources (some minutes, this once) …')
  const program = await runDownload({ script: 'build-redis', folder: join(cacheFolder, 'redis'), env })
  if (program !== undefined) return { found: program }
  failure.remember()
  return { skipped: 'its sources could not be fetched and built; not tried again for some hours', said: true }
}
