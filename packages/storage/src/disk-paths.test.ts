import { mkdir, mkdtemp, rename, rm, rmdir, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createDiskPaths, type DiskPaths } from './disk-paths.ts'
import { sharedThread } from './file-system.ts'

/** Paths below a new folder; syncs of folders end when the test says so. */
async function open() {
  const root = await mkdtemp(join(tmpdir(), 'disk-paths-'))
  onTestFinished(() => rm(root, { recursive: true }))
  const syncs: { path: string; end: () => void; fail: (error: Error) => void }[] = []
  const syncFolder = (path: string): Promise<void> => {
    const { promise, resolve: end, reject: fail } = Promise.withResolvers<void>()
    syncs.push({ path, end, fail })
    return promise
  }
  return { root, syncs, paths: createDiskPaths(root, { ...sharedThread, syncFolder }) }
}

const isSettled = (promise: Promise<unknown>): Promise<boolean> =>
  Promise.race([promise.then(() => true), new Promise<boolean>((resolve) => setImmediate(resolve, false))])

test('a new folder is usable at once, and durable when all new names are', async () => {
  const { root, syncs, paths } = await open()
  const folder = join(root, 'a', 'b')
  const made = await paths.makeFolder(folder, 'a/b/file')
  expect(made.isNew).toBe(true)
  expect((await stat(folder)).isDirectory()).toBe(true)
  const durable = made.sync()
  expect(syncs.map(({ path }) => path)).toEqual([root, join(root, 'a')])
  syncs[1]?.end()
  expect(await isSettled(durable)).toBe(false)
  syncs[0]?.end()
  await durable
})

test('the names of a folder that is found are synced once', async () => {
  const { root, syncs, paths } = await open()
  const folder = join(root, 'a', 'b')
  await mkdir(folder, { recursive: true })
  const found = await paths.makeFolder(folder, 'a/b/file')
  expect(found.isNew).toBe(false)
  const durable = found.sync()
  expect(syncs.map(({ path }) => path)).toEqual([root, join(root, 'a')])
  expect(await isSettled(durable)).toBe(false)
  for (const { end } of syncs) end()
  await durable
  for (const again of [folder, join(root, 'a')]) await (await paths.makeFolder(again, 'a/b/file')).sync()
  expect(syncs).toHaveLength(2)
  // Only the name that is new.
  void (await paths.makeFolder(join(folder, 'c'), 'a/b/c/file')).sync()
  expect(syncs.slice(2).map(({ path }) => path)).toEqual([folder])
})

test.each([
  ['another writer', (root: string, paths: DiskPaths) => paths],
  [
    'another process',
    (root: string) => createDiskPaths(root, { ...sharedThread, syncFolder: () => new Promise(() => {}) }),
  ],
])('does not rely on the sync of %s, which may fail or never end', async (_who, other) => {
  const { root, syncs, paths } = await open()
  const folder = join(root, 'a')
  void (await other(root, paths).makeFolder(folder, 'a/file')).sync()
  const before = syncs.length
  const durable = (await paths.makeFolder(folder, 'a/file')).sync()
  expect(syncs).toHaveLength(before + 1)
  for (const { end } of syncs.slice(0, before)) end()
  expect(await isSettled(durable)).toBe(false)
  syncs.at(-1)?.end()
  await durable
})

test('if the name of a folder cannot be synced, everyone who waits for it gets the error, and the next tries again', async () => {
  const { root, syncs, paths } = await open()
  const folder = join(root, 'a')
  for (const attempt of [0, 1]) {
    const made = (await paths.makeFolder(folder, 'a/file')).sync()
    syncs[attempt]?.fail(new Error('no disk'))
    await expect(made).rejects.toThrow('no disk')
  }
  const last = (await paths.makeFolder(folder, 'a/file')).sync()
  expect(await isSettled(last)).toBe(false)
  syncs[2]?.end()
  await last
})

test.each([
  ['while it was being synced', false],
  ['after it was synced', true],
])('a folder that was removed and made again %s is another one', async (_when, isDurable) => {
  const { root, syncs, paths } = await open()
  const folder = join(root, 'a')
  await mkdir(folder)
  const first = (await paths.makeFolder(folder, 'a/file')).sync()
  if (isDurable) {
    syncs[0]?.end()
    await first
  }
  // Made while the first exists, so that it cannot be the same inode.
  await mkdir(join(root, 'b'))
  await rmdir(folder)
  await rename(join(root, 'b'), folder)
  const second = (await paths.makeFolder(folder, 'a/file')).sync()
  syncs[0]?.end()
  expect(await isSettled(second)).toBe(false)
  syncs[1]?.end()
  await second
})
