import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../test/temporary-folder.ts'
import { fetchBibModels, fetchedBibModels } from './fetch-bib-models.ts'

/** "Downloads" an empty wheel, and "unpacks" models from it. */
const PYTHON = `#!/bin/sh
echo "$2" >> "$CALLS"
if [ "$2" = pip ]; then
  while [ "$1" != --dest ]; do shift; done
  touch "$2/rapidocr.whl"
else
  mkdir -p "$5/rapidocr/models" "$5/rapidocr-3.10.0.dist-info/licenses"
  touch "$5/rapidocr/models/PP-OCRv6_det_small.onnx" "$5/rapidocr/models/PP-OCRv6_rec_small.onnx"
fi`

async function machineWith(python?: string) {
  const folder = await temporaryFolder()
  const [bin, calls] = [join(folder, 'bin'), join(folder, 'calls')]
  await mkdir(bin, { recursive: true })
  if (python !== undefined) {
    await writeFile(join(bin, 'python3'), python)
    await chmod(join(bin, 'python3'), 0o755)
  }
  const path = python === undefined ? bin : [bin, '/bin', '/usr/bin'].join(delimiter)
  const env = { PATH: path, CALLS: calls, XDG_CACHE_HOME: join(folder, 'cache') }
  const lines: string[] = []
  return { options: { folder, env, log: (line: string) => lines.push(line) }, lines, calls }
}

test.skipIf(process.platform === 'win32')('the models are fetched once, with their licences', async () => {
  const { options, lines, calls } = await machineWith(PYTHON)
  expect(fetchedBibModels(options)).toBeUndefined()
  const fetched = await fetchBibModels(options)
  const home = 'found' in fetched ? fetched.found : ''
  expect((await readdir(home)).toSorted()).toEqual(['PP-OCRv6_det_small.onnx', 'PP-OCRv6_rec_small.onnx', 'licenses'])
  expect(await fetchBibModels(options)).toEqual({ found: home })
  expect(fetchedBibModels(options)).toBe(home)
  expect(await readFile(calls, 'utf8')).toBe('pip\nzipfile\n')
  expect(lines).toHaveLength(1)
})

test.skipIf(process.platform === 'win32')('a failed download says so, and is not repeated at once', async () => {
  const { options } = await machineWith('#!/bin/sh\nexit 1')
  expect(await fetchBibModels(options)).toMatchObject({ skipped: expect.stringContaining('pip could not download') })
  expect(await fetchBibModels(options)).toEqual({ skipped: 'a recent download failed' })
})

test('without Python it says what is needed', async () => {
  const { options } = await machineWith()
  expect(await fetchBibModels(options)).toMatchObject({ skipped: expect.stringContaining('requires Python') })
})
