import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, '../../..')
const FOLDER = join(ROOT, '.darkroom', 'releases')

/**
 * The releases that processes of this one may run beside. A commit that precedes the release counts
 * as one.
 */
export const OTHER_RELEASES = {
  '0.1': '05c2fef1c6a0c9002ee211f7e415c9302138065c',
  'before the migrations': '5238d0f1087b756f7fd21ab9744ff07ea54edc68',
} as const

/**
 * Checks out and installs a release, once for all runs.
 * @returns its folder; undefined if it is not in the history, as in a shallow clone
 */
export async function otherRelease(name: keyof typeof OTHER_RELEASES): Promise<string | undefined> {
  const commit = OTHER_RELEASES[name]
  const tree = join(FOLDER, commit)
  if (!existsSync(tree)) {
    const isKnown = await run('git', ['cat-file', '-e', `${commit}^{commit}`], { cwd: ROOT }).then(
      () => true,
      () => false,
    )
    if (!isKnown) return undefined
    const unfinished = `${tree}.${process.pid}`
    await mkdir(unfinished, { recursive: true })
    const archive = join(unfinished, 'release.tar')
    await run('git', ['archive', '--output', archive, commit], { cwd: ROOT })
    await run('tar', ['-xf', archive, '-C', unfinished])
    await rm(archive)
    await rename(unfinished, tree)
  }
  // Bootstrapping any program installs the workspace first; an empty one does nothing after that.
  await writeFile(join(tree, 'installed.mjs'), '')
  await run(process.execPath, ['scripts/bootstrap.mjs', 'installed.mjs'], { cwd: tree })
  return tree
}
