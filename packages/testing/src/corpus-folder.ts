import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

const REPOSITORY_FOLDER = resolve(import.meta.dirname, '../../..')

/**
 * The folder of real and hostile files with its `manifest.ndjson`, when there is one: the
 * environment's DARKROOM_CORPUS, else `shared/corpus` beside the repository. Tests over it are
 * skipped without it.
 */
export function corpusFolder(): string | undefined {
  const named = process.env['DARKROOM_CORPUS']
  const candidates = [...(named ? [named] : []), resolve(REPOSITORY_FOLDER, '../shared/corpus')]
  return candidates.find((folder) => existsSync(join(folder, 'manifest.ndjson')))
}
