import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * The paths of all files in a folder and its subfolders. A folder that disappears in the meantime
 * counts as empty.
 */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const pathsOf = (ofKind: typeof entries): string[] => ofKind.map(({ name }) => join(folder, name))
  const below = await Promise.all(pathsOf(entries.filter((entry) => entry.isDirectory())).map(filesBelow))
  return [...pathsOf(entries.filter((entry) => entry.isFile())), ...below.flat()]
}
