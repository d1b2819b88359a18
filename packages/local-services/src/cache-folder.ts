import { accessSync, constants, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * This user's cache folder, so that a new checkout finds earlier downloads; some users in
 * containers have none.
 */
export function cacheFolderFor(env: NodeJS.ProcessEnv, folder: string): string {
  const ofUser = join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'darkroom')
  try {
    mkdirSync(ofUser, { recursive: true })
    accessSync(ofUser, constants.W_OK)
    return ofUser
  } catch {
    return join(folder, 'cache')
  }
}
