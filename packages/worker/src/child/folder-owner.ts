import { stat } from 'node:fs/promises'
import { hostname } from 'node:os'

/** Folders of other machines are only removed at this age: no run lasts this long. */
const OLD_MS = 24 * 3600 * 1000

/**
 * The name of a process in the names of its folders. With the host name: several machines, or
 * containers, may share the place, and only the processes of this one are known.
 */
export const ownerName = (pid = process.pid): string => `${hostname()}.${pid}`

/** Whether the process of this name has ended, so that its folder can be removed. */
export async function isAbandoned(folder: string, owner: string): Promise<boolean> {
  const pid = Number(/\.(\d+)$/.exec(owner)?.[1])
  if (owner === ownerName(pid)) return !isAlive(pid)
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
