// The package as others would install it.
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, expect, it } from 'vitest'

const PACKAGE = join(import.meta.dirname, '..')
const ROOT = join(PACKAGE, '../..')
const run = promisify(execFile)
const tsc = (cwd: string, ...args: string[]) => run(join(ROOT, 'node_modules/.bin/tsc'), args, { cwd })

let folder: string
let built: string

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'darkroom-client-')))
  built = join(folder, 'package')
  for (const name of ['package.json', 'README.md', 'src'])
    await cp(join(PACKAGE, name), join(built, name), { recursive: true })
  const state = join(folder, 'tsbuildinfo')
  await tsc(PACKAGE, '-p', PACKAGE, '--outDir', join(built, 'dist'), '--tsBuildInfoFile', state)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it('has nothing that publint or attw objects to', async () => {
  const { messages, pkg } = await publint({ pkgDir: built, strict: true, pack: false })
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([])

  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: built })
  const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }]
  expect(files.map(({ path }) => path).filter((path) => /\.test\./.test(path))).toEqual([])
  const found = await checkPackage(createPackageFromTarballData(await readFile(join(folder, filename))))
  // It is an ES module: `require` and the resolution of Node 10 are not for it.
  const others = 'problems' in found ? found.problems.filter((problem) => !isAboutCommonJs(problem)) : [found]
  expect(others).toEqual([])
})

const isAboutCommonJs = (problem: object): boolean =>
  ('resolutionKind' in problem && ['node10', 'node16-cjs'].includes(String(problem.resolutionKind))) ||
  ('kind' in problem && problem.kind === 'CJSResolvesToESM')

const CONSUMER = `
  import { createDarkroom, DarkroomError, webhooks } from '@darkroom/client'
  const darkroom = createDarkroom({ url: 'http://localhost:3000' })
  export const status = async (file: Blob): Promise<'completed' | 'failed' | 'cancelled' | 'expired'> =>
    (await darkroom.createAndWait({ file })).status
  export const isMissing = (error: DarkroomError): boolean => error.code === 'TASK_NOT_FOUND'
  export const { verify } = webhooks
`

it.each([
  ['Node', ['--module', 'nodenext', '--types', 'node', '--lib', 'es2022']],
  [
    'a browser',
    ['--module', 'esnext', '--moduleResolution', 'bundler', '--types', '', '--lib', 'es2022,dom,dom.iterable'],
  ],
])('compiles with the declarations of %s, unless an error code is misspelled', async (place, options) => {
  const consumer = join(folder, place)
  await mkdir(join(consumer, 'node_modules/@darkroom'), { recursive: true })
  await symlink(built, join(consumer, 'node_modules/@darkroom/client'))
  await symlink(join(PACKAGE, 'node_modules'), join(built, 'node_modules')).catch(() => {})
  await symlink(join(ROOT, 'node_modules/@types'), join(consumer, 'node_modules/@types'))
  await writeFile(join(consumer, 'package.json'), '{"type":"module"}')
  const compile = async (text: string): Promise<string> => {
    const file = join(consumer, 'main.ts')
    await writeFile(file, text)
    const always = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--target', 'es2022']
    return tsc(consumer, ...always, ...options, file).then(
      () => '',
      (error: { stdout: string }) => error.stdout,
    )
  }
  expect(await compile(CONSUMER)).toBe('')
  expect(await compile(CONSUMER.replace('TASK_NOT_FOUND', 'TASK_NOT_FOND'))).toMatch(/TS2367.*'"TASK_NOT_FOND"'/s)
})
