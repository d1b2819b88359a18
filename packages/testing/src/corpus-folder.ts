import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

const REPOSITORY_FOLDER = resolve(import.meta.dirname, '../../..')

/**
 * The folder of real and hostile files with its `manifest.ndjson`, if there is one: DARKROOM_CORPUS
 * in the environment, otherwise `shared/corpus` next to the repository. Tests that use it are
 * skipped without it.
 */
export function corpusFolder(): string | undefined {
  const named = process.env['DARKROOM_CORPUS']
  const candidates = [...(named ? [named] : []), resolve(REPOSITORY_FOLDER, '../shared/corpus')]
  return candidates.find((folder) => existsSync(join(folder, 'manifest.ndjson')))
}
