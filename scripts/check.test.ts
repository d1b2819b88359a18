// The rules of the linter and of turbo, tried on a copy of the tree in which each of them is broken
// once.
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const bin = join(root, 'node_modules', '.bin')
let copy: string

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'darkroom-check-'))
})
afterAll(() => rm(copy, { recursive: true, force: true }))

describe('the linter', () => {
  // Each line: the rule, a file, its text. Every file breaks one rule.
  const broken: [rule: string, file: string, text: string][] = [
    ['node(no-process-env)', 'apps/api/src/c.ts', 'export const port = process.env.PORT'],
    ['eslint(no-console)', 'apps/api/src/d.ts', `console.log('here')`],
    ['oxc(no-barrel-file)', 'apps/api/src/tasks/index.ts', `export * from './task.ts'`],
    ['typescript(no-explicit-any)', 'apps/api/src/e.ts', 'export const x: any = 1'],
    ['typescript(ban-ts-comment)', 'apps/api/src/f.ts', '// @ts-ignore\nexport const x = 1'],
    ['typescript(no-floating-promises)', 'apps/api/src/g.ts', 'Promise.resolve(1)'],
    ['typescript(no-misused-promises)', 'apps/api/src/h.ts', 'export const x = [1].filter(async () => true)'],
    ['vitest(no-focused-tests)', 'apps/api/src/b.test.ts', `import { it } from 'vitest'\nit.only('x', () => {})`],
    ['vitest(no-disabled-tests)', 'apps/api/src/c.test.ts', `import { it } from 'vitest'\nit.skip('x', () => {})`],
  ]
  const allowed: [file: string, text: string][] = [
    ['apps/api/src/env.ts', 'export const env = process.env'],
    ['packages/contracts/src/ok.ts', 'export const ok = 1'],
    ['packages/contracts/src/index.ts', `export * from './ok.ts'`],
  ]
  const found = new Map<string, string[]>()

  beforeAll(async () => {
    for (const name of ['.oxlintrc.json', '.gitignore', 'tsconfig.base.json', 'tsconfig.json'])
      await cp(join(root, name), join(copy, name))
    await symlink(join(root, 'node_modules'), join(copy, 'node_modules'))
    for (const [, file, text] of broken) await plant(file, text)
    for (const [file, text] of allowed) await plant(file, text)
    const { output } = await runTool('oxlint', ['-f', 'json'])
    const { diagnostics } = JSON.parse(output) as { diagnostics: { code: string; filename: string }[] }
    for (const { code, filename } of diagnostics) found.set(filename, [...(found.get(filename) ?? []), code])
  }, 60_000)

  it.each(broken)('finds %s in %s: %s [S1.14]', (rule, file) => {
    expect(found.get(file) ?? []).toContain(rule)
  })

  it.each(allowed)('lets pass %s: %s', (file) => {
    expect(found.get(file) ?? []).toEqual([])
  })
})

describe('turbo boundaries', () => {
  const dependencies: [from: string, to: string][] = [
    ['packages/contracts', '@darkroom/storage'],
    ['packages/messaging', '@darkroom/runtime'],
    ['packages/images', '@darkroom/storage'],
    ['packages/worker', '@darkroom/images'],
    ['packages/messaging', '@darkroom/worker'],
    ['packages/testing', '@darkroom/images'],
    ['apps/image-worker', '@darkroom/api'],
  ]
  let workspace: string

  beforeAll(async () => {
    workspace = join(copy, 'workspace')
    const wanted = /(^|[/\\])(package\.json|turbo\.json|pnpm-.*\.yaml)$/
    for (const name of ['package.json', 'turbo.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml']) {
      await cp(join(root, name), join(workspace, name))
    }
    for (const folder of ['apps', 'packages']) {
      await cp(join(root, folder), join(workspace, folder), {
        recursive: true,
        filter: (path) =>
          !/node_modules|[/\\](src|dist|test)$/.test(path) && (wanted.test(path) || !/\.\w+$/.test(path)),
      })
    }
  })

  it('finds nothing in the tree as it is', async () => {
    expect(await boundaries()).toMatch(/no issues found/)
  })

  it.each(dependencies)('finds that %s declares %s', async (from, to) => {
    const path = join(workspace, from, 'package.json')
    const before = await readFile(path, 'utf8')
    const manifest = JSON.parse(before)
    await writeFile(
      path,
      JSON.stringify({ ...manifest, dependencies: { ...manifest.dependencies, [to]: 'workspace:*' } }),
    )
    expect(await boundaries()).toMatch(/denylist/)
    await writeFile(path, before)
  })

  it.each([
    ['an undeclared package', `import '@darkroom/runtime'`, /is not a dependency/],
    ['a file of another package', `import '../../runtime/src/redis.ts'`, /leaves the package/],
  ])('finds the import of %s', async (_what, text, complaint) => {
    const file = join(workspace, 'packages/storage/src/a.ts')
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
    expect(await boundaries()).toMatch(complaint)
    await rm(file)
  })

  async function boundaries(): Promise<string> {
    const { ok, output } = await runTool('turbo', ['boundaries'], workspace)
    expect(ok).toBe(/no issues found/.test(output))
    return output.replaceAll(/\s+/g, ' ')
  }
})

async function plant(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(copy, file)), { recursive: true })
  await writeFile(join(copy, file), `${text}\n`)
}

function runTool(name: string, args: string[], cwd = copy): Promise<{ ok: boolean; output: string }> {
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1' }
  return new Promise((resolve) => {
    execFile(join(bin, name), args, { cwd, env, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ ok: error === null, output: stdout + (name === 'turbo' ? stderr : '') })
    })
  })
}
