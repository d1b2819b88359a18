import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readShape } from './shape.ts'

async function plant(files: Record<string, string>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'darkroom-shape-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true })
    await writeFile(join(root, name), text)
  }
  return root
}

test('finds folders that import each other, with any kind of import', async () => {
  const { mutual } = await readShape(
    await plant({
      'packages/a/src/one/x.ts': `import type { Y } from '../two/y.ts'\nexport type X = Y`,
      'packages/a/src/two/y.ts': `export * from '../three/z.ts'\nexport type Y = 1`,
      'packages/a/src/two/back.ts': `export const load = () => import('../one/x.ts')`,
      'packages/a/src/three/z.ts': `export const z = 1`,
      'packages/a/src/three/z.test.ts': `import '../two/y.ts'`,
    }),
  )
  expect(mutual).toEqual(['packages/a/src/one <-> packages/a/src/two'])
})

test('measures files and their longest functions', async () => {
  const { files } = await readShape(
    await plant({
      'packages/a/src/x.ts': `const a = () => 1\n\nexport function f() {\n  const b = 2\n  return b\n}\n`,
    }),
  )
  expect(files).toMatchObject([
    { path: 'packages/a/src/x.ts', folder: 'packages/a/src', lines: 6, longest: { name: 'function f() {', lines: 4 } },
  ])
})
