// Loads all libraries that an app and our own packages below it depend on, and exits: a lower bound
// for its start.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** Served to browsers, never loaded. */
const FOR_BROWSERS = ['@scalar/api-reference']
const loaded = new Set(FOR_BROWSERS)

function loadLibrariesOf(folder: string): void {
  const file = join(folder, 'package.json')
  const require = createRequire(file)
  const { dependencies = {} } = JSON.parse(readFileSync(file, 'utf8')) as { dependencies?: Record<string, string> }
  for (const name of Object.keys(dependencies)) {
    if (loaded.has(name)) continue
    loaded.add(name)
    if (name.startsWith('@darkroom/')) loadLibrariesOf(join(dirname(require.resolve(name)), '..'))
    else require(name)
  }
}

loadLibrariesOf(process.argv[2] ?? '.')
