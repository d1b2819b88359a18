import { join } from 'node:path'
import { findProgram } from './find-program.ts'
import type { Attempt } from './first-that-works.ts'
import { recentFailure } from './recent-failure.ts'
import { runDownload } from './run-download.ts'
import type { ServiceContext } from './service.ts'

/** redis-server built from source, once, and cached; needs make and a C compiler. */
export async function fetchRedis({ cacheFolder, env, log }: ServiceContext): Promise<Attempt<string>> {
  if (process.platform === 'win32') return { skipped: 'not supported on Windows' }
  const missing = ['make', 'cc'].filter((tool) => findProgram(tool, env) === undefined)
  if (missing.length > 0) return { skipped: `the build requires ${missing.join(' and ')}` }

  const failure = recentFailure(cacheFolder, 'redis-build')
  if (failure.happened()) return { skipped: 'a recent build failed' }
  log('Redis: building redis-server from source (takes a few minutes, only once) …')
  const program = await runDownload({ script: 'build-redis', folder: join(cacheFolder, 'redis'), env })
  if (program !== undefined) return { found: program }
  failure.remember()
  return { skipped: 'download or build failed; the next try is in a few hours', said: true }
}
