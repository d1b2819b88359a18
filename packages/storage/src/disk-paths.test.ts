import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createDiskPaths } from './disk-paths.ts'
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
  expect(syncs.map(({ path }) => path)).toEqual([root, join(root, 'a')])
  syncs[1]?.end()
  expect(await isSettled(made.durable)).toBe(false)
  syncs[0]?.end()
  await made.durable
})

test('a second writer waits for the name of a folder that is not durable yet', async () => {
  const { root, syncs, paths } = await open()
  const folder = join(root, 'a')
  await paths.makeFolder(folder, 'a/file')
  const found = await paths.makeFolder(folder, 'a/file')
  expect(found.isNew).toBe(false)
  expect(await isSettled(found.durable)).toBe(false)
  syncs[0]?.end()
  await found.durable
  const later = await paths.makeFolder(folder, 'a/file')
  expect(await isSettled(later.durable)).toBe(true)
  expect(syncs).toHaveLength(1)
})

test('if the name of a folder cannot be synced, everyone who waits for it gets the error', async () => {
  const { root, syncs, paths } = await open()
  const made = await paths.makeFolder(join(root, 'a'), 'a/file')
  syncs[0]?.fail(new Error('no disk'))
  await expect(made.durable).rejects.toThrow('no disk')
})
