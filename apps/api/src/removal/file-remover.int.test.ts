import { type FileSource, toStoredFile } from '@darkroom/contracts'
import { mkdtemp, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDiskStorage, type DiskStorage } from '@darkroom/storage'
import { uniqueName } from '@darkroom/testing'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { openDatabase } from '../../test/start-test-api.ts'
import { newRecord, variantOf } from '../../test/task-history.ts'
import { ExpiryStore } from './expiry-store.ts'
import { FileRemover } from './file-remover.ts'
import { TaskStore } from '../tasks/task-store.ts'
import type { TaskRecord } from '../tasks/task.ts'

const image = variantOf('800', 600, 'a'.repeat(32))
let database: Awaited<ReturnType<typeof openDatabase>>
let dataDir: string
let storage: DiskStorage
let store: TaskStore
let expiries: ExpiryStore

beforeAll(async () => {
  database = await openDatabase(uniqueName('remover'))
  dataDir = await mkdtemp(join(tmpdir(), 'remover-'))
  storage = createDiskStorage(dataDir)
  store = new TaskStore(database.connection)
  expiries = new ExpiryStore(database.connection)
})

beforeEach(async () => {
  await database.connection.collection('tasks').deleteMany({})
  await storage.put(image.path, Buffer.from('variant'))
})

afterAll(async () => {
  await database.drop()
  await rm(dataDir, { recursive: true, force: true })
})

const SHA = 'original'
const insert = async (given: Partial<TaskRecord>): Promise<void> => {
  await store.insert(newRecord({ source: sourceOf(SHA), ...given }))
}
const sourceOf = (sha256: string) => ({ ...(newRecord().source as FileSource), sha256 })
const listing = { files: [toStoredFile(image)], nextCheckAt: null }
const isThere = (): Promise<boolean> => storage.stat(image.path).then(() => true, () => false) // prettier-ignore
const inTrash = async (): Promise<string[]> => (await Array.fromAsync(storage.list('trash'))).map(({ key }) => key)
const NOTHING = { files: 0, bytes: 0, complete: true }

interface Race {
  before?: () => Promise<unknown>
  after?: () => Promise<unknown>
}

/** Something else happens just before or just after the file goes to the trash. */
function removerWith({ before, after }: Race = {}, appliedInMs = 0): FileRemover {
  const raced: DiskStorage = {
    ...storage,
    move: async (key, toKey) => {
      if (key !== image.path) return storage.move(key, toKey)
      await before?.()
      await storage.move(key, toKey)
      await after?.()
    },
  }
  return new FileRemover({ store: expiries, storage: raced, appliedUntil: () => Date.now() + appliedInMs })
}

const removeWith = (race: Race = {}, appliedInMs = 0) => removerWith(race, appliedInMs).removeVariant(image.path, SHA)

it('removes unused files, and counts them once', async () => {
  await insert({ ...listing, status: 'expired' })
  expect(await removeWith()).toEqual({ files: 1, bytes: 7, complete: true })
  expect(await removeWith()).toEqual(NOTHING)
  expect(await inTrash()).toEqual([])
})

it('keeps a file that a completed task lists', async () => {
  await insert({ ...listing, status: 'completed' })
  expect(await removeWith()).toEqual(NOTHING)
  expect(await isThere()).toBe(true)
})

it.each(['pending', 'processing'] as const)(
  'waits indefinitely for a %s task with the same original',
  async (status) => {
    await insert({ status, name: 'another-name.jpg', imageName: 'another-name' })
    expect(await removeWith({}, 24 * 3_600_000)).toMatchObject({ files: 0, complete: false })
    expect(await isThere()).toBe(true)
  },
)

it('waits for some time after a write for tasks with other originals, which may produce the same bytes', async () => {
  await insert({ status: 'processing', source: sourceOf('other') })
  expect(await removeWith()).toMatchObject({ files: 0, complete: false })
  expect(await isThere()).toBe(true)
})

it('waits for those until the results of that time are applied', async () => {
  await insert({ status: 'processing', source: sourceOf('other') })
  const anHourAgo = new Date(Date.now() - 3_600_000)
  await utimes(storage.resolve(image.path), anHourAgo, anHourAgo)
  await database.connection.collection('tasks').updateMany({}, { $set: { createdAt: anHourAgo } })
  expect(await removeWith({}, -3_600_000)).toMatchObject({ files: 0, complete: false })
  expect(await isThere()).toBe(true)
})

it('does not wait longer for those, whatever their name', async () => {
  await insert({ status: 'processing', source: sourceOf('other'), imageName: 'photo' })
  await insert({ status: 'cancelled' })
  expect(await removeWith({}, 46_000)).toMatchObject({ files: 1, complete: true })
  expect(await isThere()).toBe(false)
})

it('an orphaned file waits for every task older than its last write, and for no newer one', async () => {
  const remove = () => removerWith({}, 24 * 3_600_000).removeVariant(image.path)
  await insert({ status: 'processing', source: sourceOf('other') })
  expect(await remove()).toMatchObject({ complete: false })
  await database.connection.collection('tasks').updateMany({}, { $set: { createdAt: new Date(Date.now() + 120_000) } })
  expect(await remove()).toMatchObject({ files: 1, complete: true })
})

it.each<[string, Race]>([
  ['begins before the file goes', { before: () => insert({ status: 'processing' }) }],
  ['begins and ends before the file goes', { before: () => insert({ ...listing, status: 'completed' }) }],
  ['begins right after the file went', { after: () => insert({ status: 'pending' }) }],
])('restores the file of a task that %s', async (_what, race) => {
  expect(await removeWith(race)).toMatchObject({ files: 0, bytes: 0 })
  expect(await isThere()).toBe(true)
  expect(await inTrash()).toEqual([])
})

it('notices a write between the check and the removal', async () => {
  const touchedLater = async () => {
    await storage.put(image.path, Buffer.from('variant'))
    await insert({ status: 'processing', source: sourceOf('other') })
  }
  const longAgo = new Date(Date.now() - 3_600_000)
  await utimes(storage.resolve(image.path), longAgo, longAgo)
  expect(await removeWith({ before: touchedLater })).toMatchObject({ files: 0, complete: false })
  expect(await isThere()).toBe(true)
})

it('keeps a file that is written again after the removal', async () => {
  expect(await removeWith({ after: () => storage.put(image.path, Buffer.from('variant')) })).toMatchObject({
    files: 0,
    complete: false,
  })
  expect(await isThere()).toBe(true)
})

it.each([
  ['back', { ...listing, status: 'completed' as const }, true],
  ['for good', { ...listing, status: 'expired' as const }, false],
])('a file that a dead remover left in the trash goes %s', async (_where, task, back) => {
  await insert(task)
  await storage.move(image.path, `trash/${image.path}`)
  await removerWith().emptyTrash((error) => expect.unreachable(String(error)))
  expect(await isThere()).toBe(back)
  expect(await inTrash()).toEqual([])
})

it('a file that cannot be removed does not block others', async () => {
  const task = newRecord({ ...listing, status: 'expired', originalPath: '../not/a/key' })
  await expect(removerWith().removeFilesOf(task)).rejects.toMatchObject({ code: 'INVALID_KEY' })
  expect(await isThere()).toBe(false)
})

const ORPHAN_ID = 'a'.repeat(24)
const ORPHAN = `storage/images/${ORPHAN_ID}/original.jpg`
const isOrphanThere = (): Promise<boolean> => storage.stat(ORPHAN).then(() => true, () => false) // prettier-ignore

it.each([
  ['goes', async () => {}, false],
  ['stays when its document comes while it goes', () => insert({ id: ORPHAN_ID }), true],
])('an original without a document %s', async (_what, meanwhile, stays) => {
  await storage.put(ORPHAN, Buffer.from('original'))
  const raced: DiskStorage = {
    ...storage,
    move: (from, to) => storage.move(from, to).then(from === ORPHAN ? meanwhile : undefined),
  }
  const remover = new FileRemover({ store: expiries, storage: raced, appliedUntil: Date.now })
  expect(await remover.removeOrphan(ORPHAN)).toBe(stays ? 0 : 1)
  expect(await isOrphanThere()).toBe(stays)
  expect(await inTrash()).toEqual([])
})

it.each([
  ['back to its task', () => insert({ id: ORPHAN_ID }), true],
  ['for good without one', async () => {}, false],
])('an original that a dead remover left in the trash goes %s', async (_where, before, back) => {
  await storage.put(ORPHAN, Buffer.from('original'))
  await storage.move(ORPHAN, `trash/${ORPHAN}`)
  await before()
  await removerWith().emptyTrash((error) => expect.unreachable(String(error)))
  expect(await isOrphanThere()).toBe(back)
  expect(await inTrash()).toEqual([])
})
