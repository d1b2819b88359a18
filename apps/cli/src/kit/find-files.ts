import { access, constants, opendir, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { DarkroomError } from '@darkroom/client'
import { WrongUse } from './exit-codes.ts'

export interface NamedPath {
  /** Absolute. */
  path: string
  /** As it is shown: relative to what was given. */
  name: string
}

export interface FoundFile extends NamedPath {
  bytes: number
  modifiedMs: number
}

/** Called with each entry of a folder that cannot be sent. */
export type Refuse = (entry: NamedPath, error: DarkroomError) => void

/** What is sent of a folder; other files are only sent if they are named themselves. */
const PHOTO = /\.(jpe?g|jfif|png|webp|gif)$/i

/** The given paths. Throws if one of them is neither a file nor a folder. */
export async function namedPaths(given: readonly string[]): Promise<NamedPath[]> {
  for (const one of given) {
    const found = await stat(one).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') throw new WrongUse(`There is no file or folder ${one}`)
      throw new WrongUse(unreadable(one, error).message)
    })
    if (!found.isFile() && !found.isDirectory()) throw new WrongUse(`${one} is neither a file nor a folder`)
  }
  return given.map((one) => ({ path: resolve(one), name: basename(one) }))
}

/**
 * The named files, and the photos in the named folders and all below them; hidden ones are left
 * out. One at a time, so that folders may have any number of files.
 */
export async function* findFiles(named: readonly NamedPath[], refuse: Refuse): AsyncGenerator<FoundFile> {
  const seen = new Set<string>()
  for (const one of named)
    for await (const entry of (await isFolder(one)) ? photosBelow(one, '', refuse) : [one]) {
      if (seen.has(entry.path)) continue
      seen.add(entry.path)
      const file = await fileAt(entry).catch((error: Error) => {
        refuse(entry, unreadable(entry.name, error))
      })
      if (file) yield file
    }
}

async function* photosBelow({ path, name }: NamedPath, prefix: string, refuse: Refuse): AsyncGenerator<NamedPath> {
  const folders: string[] = []
  try {
    for await (const entry of await opendir(path)) {
      if (entry.name.startsWith('.')) continue
      // Links to folders are not followed: they may lead in circles.
      if (entry.isDirectory()) folders.push(entry.name)
      else if (PHOTO.test(entry.name)) yield { path: join(path, entry.name), name: prefix + entry.name }
    }
  } catch (error) {
    refuse({ path, name }, unreadable(name, error as Error))
  }
  for (const folder of folders.toSorted()) {
    const below = prefix + folder
    yield* photosBelow({ path: join(path, folder), name: below }, `${below}/`, refuse)
  }
}

const isFolder = ({ path }: NamedPath): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )

async function fileAt({ path, name }: NamedPath): Promise<FoundFile> {
  const found = await stat(path)
  // Opening a pipe blocks until something writes to it.
  if (!found.isFile()) throw new Error('not a regular file')
  await access(path, constants.R_OK)
  return { path, name, bytes: found.size, modifiedMs: found.mtimeMs }
}

/** `EACCES: permission denied, open '/photos/a.jpg'` has the name, and a code that few know. */
function unreadable(name: string, { message }: Error): DarkroomError {
  const [, reason = message] = /^[A-Z]+: ([^,]+)/.exec(message) ?? []
  return new DarkroomError('FILE_UNREADABLE', `${name} cannot be read: ${reason}.`)
}
