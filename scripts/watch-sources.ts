import { readdirSync, watch } from 'node:fs'
import { join } from 'node:path'

const SETTLED_MS = 200
const SOURCE = /\.(tsx?|css)$/

/**
 * Calls `onChange` with the folder ("apps/api") whose sources changed, once for changes that arrive
 * together.
 */
export function watchSources(root: string, onChange: (folder: string) => void): () => void {
  const folders = ['apps', 'packages'].flatMap((kind) => readdirSync(join(root, kind)).map((name) => `${kind}/${name}`))
  const watchers = folders.map((folder) => {
    let timer: NodeJS.Timeout | undefined
    return watch(join(root, folder, 'src'), { recursive: true }, (_event, file) => {
      if (!file || !SOURCE.test(file) || file.endsWith('.test.ts')) return
      clearTimeout(timer)
      timer = setTimeout(() => onChange(folder), SETTLED_MS)
    })
  })
  return () => watchers.forEach((watcher) => watcher.close())
}
