import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import {
  createInstallationReader,
  isEmptyFolder,
  markInstallation,
  readInstallation,
  testWrite,
} from './disk-installation.ts'
import { sharedThread } from './file-system.ts'

async function createFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'installation-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

test('processes that start at the same time agree on one id, also after a restart', async () => {
  const folder = join(await createFolder(), 'not', 'yet', 'there')
  expect(await readInstallation(folder)).toBeUndefined()
  const ids = await Promise.all(Array.from({ length: 8 }, () => markInstallation(folder)))
  expect(new Set(ids).size).toBe(1)
  expect(await markInstallation(folder)).toBe(ids[0])
  expect(await readInstallation(folder)).toBe(ids[0])
  expect(await readdir(folder)).toEqual(['.darkroom.json'])
})

test('the names of the folder and of its parents are synced before it is marked', async () => {
  const parent = await createFolder()
  const folder = join(parent, 'not', 'there')
  const markedAt: Record<string, boolean> = {}
  const { syncFolder } = sharedThread
  vi.spyOn(sharedThread, 'syncFolder').mockImplementation((path) => {
    markedAt[path] ??= existsSync(join(folder, '.darkroom.json'))
    return syncFolder(path)
  })
  onTestFinished(() => void vi.restoreAllMocks())
  await markInstallation(folder)
  expect(markedAt).toMatchObject({ [parent]: false, [join(parent, 'not')]: false, [folder]: true })
})

test('every folder gets a different id', async () => {
  expect(await markInstallation(await createFolder())).not.toBe(await markInstallation(await createFolder()))
})

test('an invalid marker is not an id, and is not overwritten', async () => {
  const folder = await createFolder()
  await writeFile(join(folder, '.darkroom.json'), 'not json')
  expect(await readInstallation(folder)).toBeUndefined()
  await expect(markInstallation(folder)).rejects.toThrow(/\.darkroom\.json .* remove it/)
})

test('a reader notices at once that the folder is another one, has none, or has a new marker', async () => {
  const [ours, others] = [await createFolder(), await createFolder()]
  const [id, otherId] = [await markInstallation(ours), await markInstallation(others)]
  const mounted = join(await createFolder(), 'data')
  const read = createInstallationReader(mounted)
  expect(await read()).toBeUndefined()
  const mount = async (folder: string): Promise<void> => {
    await rm(mounted, { force: true })
    await symlink(folder, mounted)
  }
  await mount(ours)
  expect(await read()).toBe(id)
  expect(await read()).toBe(id)
  await mount(others)
  expect(await read()).toBe(otherId)
  await rm(join(others, '.darkroom.json'))
  expect(await read()).toBeUndefined()
  await writeFile(join(others, '.darkroom.json'), 'not json')
  expect(await read()).toBeUndefined()
  await writeFile(join(others, '.darkroom.json'), JSON.stringify({ installation: id }))
  expect(await read()).toBe(id)
  // Of the same length.
  await writeFile(join(others, '.darkroom.json'), JSON.stringify({ installation: otherId }))
  expect(await read()).toBe(otherId)
})

test('a test write leaves nothing behind, and fails if nothing can be written', async () => {
  const folder = await createFolder()
  await testWrite(folder)
  expect(await readdir(folder)).toEqual([])
  await expect(testWrite(join(folder, 'missing'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('a folder is empty if it is missing or holds only what every new file system contains', async () => {
  const folder = await createFolder()
  expect(await isEmptyFolder(join(folder, 'missing'))).toBe(true)
  await mkdir(join(folder, 'lost+found'))
  expect(await isEmptyFolder(folder)).toBe(true)
  await writeFile(join(folder, '.hidden'), '')
  expect(await isEmptyFolder(folder)).toBe(false)
})
