import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

/** The native libraries of image decoding that a process has loaded after importing `module`. */
async function decodersOf(module: string): Promise<string[]> {
  const script = `await import(${JSON.stringify(module)}); console.log(JSON.stringify(process.report.getReport().sharedObjects))`
  const node = ['--conditions=source', '--input-type=module', '--eval', script]
  const { stdout } = await promisify(execFile)(process.execPath, node, { cwd: import.meta.dirname, maxBuffer: 1e7 })
  return (JSON.parse(stdout) as string[]).filter((path) => path.includes('vips'))
}

it('the API loads no image decoder: hostile files are only decoded in the children of a worker', async () => {
  const [api, engine] = await Promise.all([
    decodersOf(join(import.meta.dirname, 'api.ts')),
    decodersOf('@darkroom/images'),
  ])
  expect(api).toEqual([])
  expect(engine, 'the engine does load one, so this test sees them').not.toEqual([])
})
