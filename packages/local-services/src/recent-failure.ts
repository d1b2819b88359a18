import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const REMEMBERED_MS = 4 * 60 * 60 * 1000

/**
 * Remembers that something slow did not work, so that not every run of the day waits for it again.
 */
export function recentFailure(cacheFolder: string, name: string): { happened: () => boolean; remember: () => void } {
  const note = join(cacheFolder, `${name}-failed`)
  return {
    happened: () => {
      const noted = statSync(note, { throwIfNoEntry: false })
      return noted !== undefined && Date.now() - noted.mtimeMs < REMEMBERED_MS
    },
    remember: () => {
      mkdirSync(cacheFolder, { recursive: true })
      writeFileSync(note, 'Remove this file to have it tried again at once.\n')
    },
  }
}
