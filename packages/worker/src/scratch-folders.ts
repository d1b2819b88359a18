import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { makeFolders } from '@darkroom/storage'

/** Folders of other machines are only removed at this age: no run lasts this long. */
const OLD_MS = 24 * 3600 * 1000

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
  const own = nameOf(process.pid)
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

/**
 * With the host name: workers of several machines may share the folder, and only the processes of
 * this one are known. A process of the same number that is not this one has ended before it began.
 */
const nameOf = (pid: number): string => `${hostname()}.${pid}`

async function isAbandoned(folder: string, name: string): Promise<boolean> {
  const pid = Number(/\.(\d+)$/.exec(name)?.[1])
  if (name === nameOf(pid)) return !isAlive(pid)
  const facts = await stat(folder).catch(() => undefined)
  return facts !== undefined && Date.now() - facts.mtimeMs > OLD_MS
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // A process of another user is alive, too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
