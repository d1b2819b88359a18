import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-lossy-'))
  await Promise.all(['flags', 'storage'].map((name) => mkdir(join(folder, name))))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const PROMISES = `
  import { mkdir, open, rename } from 'node:fs/promises'
  const write = async (path, { synced }) => {
    const file = await open(path, 'w')
    await file.writeFile('bytes')
    if (synced) await file.sync()
    await file.close()
  }
  const syncFolder = async (path) => {
    const file = await open(path)
    await file.sync()
    await file.close()
  }
`
const BLOCKING = `
  import * as fs from 'node:fs'
  const { mkdir, rename } = { mkdir: (path) => fs.mkdirSync(path), rename: (from, to) => fs.renameSync(from, to) }
  const write = (path, { synced }) => {
    const fd = fs.openSync(path, 'w')
    fs.writeFileSync(fd, 'bytes')
    if (synced) fs.fsyncSync(fd)
    fs.closeSync(fd)
  }
  const syncFolder = (path) => {
    const fd = fs.openSync(path)
    fs.fsyncSync(fd)
    fs.closeSync(fd)
  }
`

/** What is in \`storage\` when the power is cut behind these lines. */
async function afterPowerCut(calls: string, lines: string): Promise<Record<string, string>> {
  const disk = `${join(import.meta.dirname, 'lossy-disk.ts')}?flags=${join(folder, 'flags')}`
  const code = `import '${disk}'\n${calls}\nprocess.chdir('${join(folder, 'storage')}')\nconst here = process.cwd() + '/'\n${lines}\nglobalThis.cutPower()`
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code])
  const names = await readdir(join(folder, 'storage'))
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await contentOf(join(folder, 'storage', name))])),
  )
}

const contentOf = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => 'a folder')

describe.skipIf(process.platform !== 'linux').each([
  ['promises', PROMISES],
  ['synchronous calls', BLOCKING],
])('%s', (_kind, calls) => {
  test('keeps synced names and bytes', async () => {
    const lines = `
    await write(here + 'temp', { synced: true })
    await rename(here + 'temp', here + 'final')
    await mkdir(here + 'folder')
    await syncFolder(here)`
    expect(await afterPowerCut(calls, lines)).toEqual({ final: 'bytes', folder: 'a folder' })
  })

  test('loses bytes that were not synced', async () => {
    const lines = `
    await write(here + 'temp', { synced: false })
    await rename(here + 'temp', here + 'final')
    await syncFolder(here)`
    expect(await afterPowerCut(calls, lines)).toEqual({ final: '' })
  })

  test('reverts names that were not synced', async () => {
    const lines = `
    await write(here + 'temp', { synced: true })
    await syncFolder(here)
    await rename(here + 'temp', here + 'final')
    await mkdir(here + 'folder')`
    expect(await afterPowerCut(calls, lines)).toEqual({ temp: 'bytes' })
  })
})
