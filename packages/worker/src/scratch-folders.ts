import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolders } from '@darkroom/storage'
import { isAbandoned, ownerName } from './child/folder-owner.ts'

/** A folder for each run, below one for each process, below the data folder. */
export interface ScratchFolders {
  readonly root: string
  /** Creates a folder for a run. */
  create: () => Promise<string>
  /** Removes everything of this process, and of processes that have ended. */
  tidy: () => Promise<void>
}

export function createScratchFolders(dataDir: string): ScratchFolders {
  const root = join(dataDir, 'scratch')
  const own = ownerName()
  return {
    root,
    create: async () => {
      const folder = join(root, own, randomUUID())
      await makeFolders(join(root, own))
      await mkdir(folder, { mode: 0o700 })
      return folder
    },
    tidy: async () => {
      const names = await readdir(root).catch(() => [])
      for (const name of names)
        if (name === own || (await isAbandoned(join(root, name), name)))
          await rm(join(root, name), { recursive: true, force: true })
    },
  }
}
