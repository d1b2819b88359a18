import { opendir, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { WrongUse } from './exit-codes.ts'

export interface FoundFile {
  /** Absolute. */
  path: string
  /** As it is shown: relative to what was given. */
  name: string
  bytes: number
  modifiedMs: number
}

/** What is sent of a folder; other files are only sent if they are named themselves. */
const PHOTO = /\.(jpe?g|jfif|png|webp|gif)$/i

/**
 * The given files, and the photos in the given folders and all below them; hidden ones are left
 * out. One at a time, so that folders may have any number of files.
 */
export async function* findFiles(given: readonly string[]): AsyncGenerator<FoundFile> {
  const seen = new Set<string>()
  for (const one of given) {
    const found = await stat(one).catch(() => {
      throw new WrongUse(`There is no file or folder ${one}`)
    })
    for await (const [path, name] of found.isDirectory()
      ? photosBelow(resolve(one), '')
      : [[resolve(one), basename(one)] as const]) {
      if (seen.has(path)) continue
      seen.add(path)
      const { size, mtimeMs } = await stat(path)
      yield { path, name, bytes: size, modifiedMs: mtimeMs }
    }
  }
}

async function* photosBelow(folder: string, prefix: string): AsyncGenerator<readonly [path: string, name: string]> {
  const folders: string[] = []
  for await (const entry of await opendir(folder)) {
    if (entry.name.startsWith('.')) continue
    // Links to folders are not followed: they may lead in circles.
    if (entry.isDirectory()) folders.push(entry.name)
    else if (PHOTO.test(entry.name)) yield [join(folder, entry.name), prefix + entry.name]
  }
  for (const name of folders.toSorted()) yield* photosBelow(join(folder, name), `${prefix}${name}/`)
}
