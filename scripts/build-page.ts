// Builds the web page for the API to serve, unless its sources are those of the last build. On its
// own: `node scripts/bootstrap.mjs scripts/build-page.ts`.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { glob, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const ROOT = join(import.meta.dirname, '..')
const HOME = join(ROOT, 'apps', 'web')
const BUILT = join(HOME, 'dist')
const SOURCES = [
  'apps/web/{index.html,package.json,*.config.ts,tsconfig.json}',
  'apps/web/src/**/*.*',
  'pnpm-lock.yaml',
  'scripts/build-page.ts',
]
const TESTS = ['**/*.test.ts']
const STAMP = 'built-from'

/** Whatever goes wrong is only said: everything but the page works without it. */
export async function buildPage(say: (line: string) => void): Promise<void> {
  try {
    const digest = await digestOfSources()
    const last = await readFile(join(BUILT, STAMP), 'utf8').catch(() => undefined)
    if (last === digest) return
    const startedAt = Date.now()
    await build(digest)
    say(`The web page was built in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`)
  } catch (error) {
    say(
      `The web page could not be built; everything else works:\n${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

async function digestOfSources(): Promise<string> {
  const paths = (await Array.fromAsync(glob(SOURCES, { cwd: ROOT, exclude: TESTS }))).toSorted()
  const digest = createHash('sha256')
  for (const path of paths) digest.update(`${path}\n`).update(await readFile(join(ROOT, path)))
  return digest.digest('hex')
}

/** Next to the present build, which is replaced in one step: it may be in use. */
async function build(digest: string): Promise<void> {
  const made = join(HOME, `dist-${process.pid}`)
  const vite = join(HOME, 'node_modules', 'vite', 'bin', 'vite.js')
  const args = [vite, 'build', '--outDir', made, '--emptyOutDir', '--logLevel', 'warn']
  try {
    // Under vitest it is `test`, for which libraries have a larger and slower form.
    const env = { ...process.env, NODE_ENV: 'production' }
    await promisify(execFile)(process.execPath, args, { cwd: HOME, env })
    await writeFile(join(made, STAMP), digest)
    await rm(BUILT, { recursive: true, force: true })
    await rename(made, BUILT)
  } finally {
    await rm(made, { recursive: true, force: true })
  }
}

if (import.meta.main) await buildPage(console.log)
