import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

/** Prints the packages that importing `@darkroom/worker/child` loads. */
const LOADED = `
import { registerHooks } from 'node:module'
const loaded = new Set()
registerHooks({ load: (url, context, next) => {
  const [, name] = /.*\\/(?:node_modules|packages)\\/((?:@[^/]+\\/)?[^/]+)/.exec(url) ?? []
  if (name) loaded.add(name)
  return next(url, context)
} })
await import('@darkroom/worker/child')
console.log([...loaded].sort().join())`

test('a child loads neither BullMQ nor a Redis client, which would take memory in every slot', async () => {
  const args = [
    '--conditions=source',
    '--input-type=module',
    '--eval',
    LOADED.replace('@darkroom/worker/child', import.meta.resolve('./index.ts')),
  ]
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname })
  // Of the contracts only the names of files: their schemas would load zod.
  expect(stdout.trim()).toBe('contracts,storage,worker')
})
