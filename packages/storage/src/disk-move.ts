import { dirname } from 'node:path'
import { pruneFolders } from './disk-remove.ts'
import { moveInto, type Place } from './disk-write.ts'

/** Moves a stored file to another key and removes folders that become empty. */
export async function moveFile(from: Place, to: Place): Promise<void> {
  await from.paths.checkFolder(dirname(from.path), from.key)
  await moveInto(to, from.path)
  await pruneFolders(dirname(from.path), from.paths.root)
}
