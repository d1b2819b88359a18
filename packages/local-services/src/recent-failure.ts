import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const REMEMBERED_MS = 4 * 60 * 60 * 1000

/** Remembers that something slow failed, so that not every run of the day waits for it again. */
export function recentFailure(cacheFolder: string, name: string): { happened: () => boolean; remember: () => void } {
  const note = join(cacheFolder, `${name}-failed`)
  return {
    happened: () => {
      const noted = statSync(note, { throwIfNoEntry: false })
      return noted !== undefined && Date.now() - noted.mtimeMs < REMEMBERED_MS
    },
    remember: () => {
      mkdirSync(cacheFolder, { recursive: true })
      writeFileSync(note, 'Delete this file to try again immediately.\n')
    },
  }
}
