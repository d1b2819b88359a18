// A copy of the product's sources for one scenario: a run tests one state of them, and may change a line to prove a point.
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'

/** A change of one place in one file. `find` must occur exactly once: a patch that no longer fits must not pass silently. */
export interface Patch {
  /** Below the repository. */
  file: string
  find: string
  replace: string
}

const root = join(import.meta.dirname, '..')

/** Copies apps and packages to `folder` with the patches applied. Imports between them stay within the copy. */
export async function copyTree(folder: string, patches: readonly Patch[] = []): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const part of ['apps', 'packages']) {
    // The links in each node_modules are relative: those to packages lead to the copies, the others to the one store.
    await cp(join(root, part), join(folder, part), { recursive: true, verbatimSymlinks: true, filter: isNeeded })
  }
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  for (const patch of patches) await applyPatch(folder, patch)
}

const isNeeded = (path: string): boolean => !['dist', 'test', '.turbo', '.vite'].includes(basename(path)) && !path.endsWith('.test.ts')

async function applyPatch(folder: string, { file, find, replace }: Patch): Promise<void> {
  const path = join(folder, file)
  const text = await readFile(path, 'utf8')
  const times = text.split(find).length - 1
  if (times !== 1) throw new Error(`A patch does not fit any more: ${file} holds this ${times} times, not once:\n${find}`)
  await writeFile(
    path,
    text.replace(find, () => replace),
  )
}
