// A copy of the product's sources: a run tests one state of them, may patch lines to inject faults,
// and has its own `.darkroom` folder.
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'

/**
 * A change at one place in one file. `find` must occur exactly once: a patch that no longer matches
 * must not pass silently.
 */
export interface Patch {
  /** Relative to the repository. */
  file: string
  find: string
  replace: string
}

const ROOT = join(import.meta.dirname, '..')

const COPIED = ['apps', 'packages', 'scripts', 'package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml']

/**
 * Copies apps, packages and scripts to `folder` with the patches applied. Imports between them stay
 * within the copy, and `npm start` works.
 */
export async function copyTree(folder: string, patches: readonly Patch[] = []): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const part of COPIED) {
    // The links in each node_modules are relative: those to packages lead to the copies, the others
    // to the shared store.
    await cp(join(ROOT, part), join(folder, part), { recursive: true, verbatimSymlinks: true, filter: isNeeded })
  }
  await linkModules(folder)
  for (const patch of patches) await applyPatch(folder, patch)
}

/** The page as it was built last: `npm start` would build it again for each copy. */
const PAGE = join('apps', 'web', 'dist')

const isNeeded = (path: string): boolean =>
  path.endsWith(PAGE) || (!['dist', 'test', '.turbo', '.vite'].includes(basename(path)) && !path.endsWith('.test.ts'))

/**
 * The shared store of modules, except for our own packages: the scripts of the copy use those of
 * the copy.
 */
async function linkModules(folder: string): Promise<void> {
  const [from, to] = [join(ROOT, 'node_modules'), join(folder, 'node_modules')]
  await mkdir(to)
  for (const name of await readdir(from)) {
    if (name === '@darkroom') await cp(join(from, name), join(to, name), { recursive: true, verbatimSymlinks: true })
    else await symlink(join(from, name), join(to, name))
  }
}

async function applyPatch(folder: string, patch: Patch): Promise<void> {
  const path = join(folder, patch.file)
  await writeFile(path, patched(await readFile(path, 'utf8'), patch))
}

/** @throws Error if the patch does not match. */
export function patched(text: string, { file, find, replace }: Patch): string {
  const times = text.split(find).length - 1
  if (times !== 1)
    throw new Error(`A patch no longer matches: ${file} contains this ${times} times, not once:\n${find}`)
  return text.replace(find, () => replace)
}
