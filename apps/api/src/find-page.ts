import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Logger } from '@darkroom/runtime'

/** The folder of the web page's build, if there is one. The API works without. */
export function findPage(log: Logger): string | undefined {
  const folder = folderOfBuild()
  if (folder !== undefined && existsSync(join(folder, 'index.html'))) return folder
  log.info('the web page is not built: / leads to the documentation')
  return undefined
}

function folderOfBuild(): string | undefined {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('@darkroom/web/package.json')), 'dist')
  } catch {
    return undefined // installed without it
  }
}
