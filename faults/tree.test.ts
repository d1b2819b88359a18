import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mutations } from './mutations.ts'
import { scenarios } from './scenarios/all.ts'
import { copyTree, patched, type Patch } from './tree.ts'

let folder: string
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'darkroom-tree-'))))
afterAll(() => rm(folder, { recursive: true, force: true }))

test('patches are applied to the copy', async () => {
  const file = 'apps/api/src/main.ts'
  await copyTree(join(folder, 'patched'), [
    { file, find: 'await api.start()', replace: "await api.start() // it's $& patched" },
  ])
  expect(await readFile(join(folder, 'patched', file), 'utf8')).toContain("await api.start() // it's $& patched")
})

test.each(['there is no such line', 'const'])(
  'a patch that does not match exactly once is an error: %s',
  async (find) => {
    const copying = copyTree(join(folder, `bad ${find}`), [{ file: 'apps/api/src/main.ts', find, replace: '' }])
    await expect(copying).rejects.toThrow('no longer matches')
  },
)

test('every failpoint and every mutation matches the current sources', async () => {
  for (const { patches } of scenarios) await expectFitting(patches?.('/flags') ?? [])
  for (const { name, patches, caughtBy } of mutations) {
    const scenario = scenarios.find((one) => one.name === caughtBy.scenario)
    expect(scenario, `the scenario of ${name}`).toBeDefined()
    await expectFitting([...(scenario?.patches?.('/flags') ?? []), ...patches])
  }
})

/** Patches of one file are applied one after the other. */
async function expectFitting(patches: readonly Patch[]): Promise<void> {
  const texts = new Map<string, string>()
  for (const patch of patches) {
    const text = texts.get(patch.file) ?? (await readFile(join(import.meta.dirname, '..', patch.file), 'utf8'))
    texts.set(patch.file, patched(text, patch))
  }
}
