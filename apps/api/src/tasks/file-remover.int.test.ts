import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDiskStorage, type DiskStorage } from '@darkroom/storage'
import { uniqueName } from '@darkroom/testing'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { openDatabase } from '../../test/start-test-api.ts'
import { newRecord, variantOf } from '../../test/task-history.ts'
import { ExpiryStore } from './expiry-store.ts'
import { FileRemover } from './file-remover.ts'
import { TaskStore } from './task-store.ts'
import type { TaskRecord } from './task.ts'

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

const insert = async (given: Partial<TaskRecord>): Promise<void> => store.insert(newRecord(given))
const listing = { images: [image], nextCheckAt: null }
const isThere = (): Promise<boolean> => storage.stat(image.path).then(() => true, () => false) // prettier-ignore

/** Removes the file while something else happens just before or just after it goes. */
function removeWith(race: { before?: () => Promise<void>; after?: () => Promise<void> }) {
  const raced: DiskStorage = {
    ...storage,
    remove: async (key) => {
      await race.before?.()
      await storage.remove(key)
      await race.after?.()
    },
  }
  return new FileRemover({ store: expiries, storage: raced }).removeVariant(image.path, 'photo')
}

it('removes what nobody needs, and counts it once', async () => {
  await insert({ ...listing, status: 'expired' })
  expect(await removeWith({})).toEqual({ files: 1, bytes: 7, complete: true })
  expect(await removeWith({})).toEqual({ files: 0, bytes: 0, complete: true })
})

it('leaves what a completed task lists to it', async () => {
  await insert({ ...listing, status: 'completed' })
  expect(await removeWith({})).toEqual({ files: 0, bytes: 0, complete: true })
  expect(await isThere()).toBe(true)
})

it('waits for a task at work', async () => {
  await insert({ status: 'processing' })
  expect(await removeWith({})).toMatchObject({ files: 0, complete: false })
  expect(await isThere()).toBe(true)
})

it.each([
  ['begins before the file goes', { before: () => insert({ status: 'processing' }) }],
  ['begins and ends before the file goes', { before: () => insert({ ...listing, status: 'completed' }) }],
  ['begins right after the file went', { after: () => insert({ status: 'pending' }) }],
])('gives the file back to a task that %s', async (_what, race) => {
  expect(await removeWith(race)).toMatchObject({ files: 0, bytes: 0 })
  expect(await isThere()).toBe(true)
})
