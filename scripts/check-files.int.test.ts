import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDiskStorage, type DiskStorage } from '../packages/storage/src/index.ts'
import { uniqueName } from '@darkroom/testing'
import { MongoClient, ObjectId, type Collection } from 'mongodb'
import { afterEach, beforeEach, expect, inject, it } from 'vitest'
import { checkFiles, type TaskDocument } from './doctor/check-files.ts'

/** The time of a change cannot be set, so files are as old as they are. */
const ANY_AGE = -1
const MD5 = 'a'.repeat(32)

let folder: string
let storage: DiskStorage
let mongo: MongoClient
let tasks: Collection<TaskDocument>
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'check-files-'))
  storage = createDiskStorage(folder)
  const url = new URL(inject('mongoUrl'))
  url.pathname = `/${uniqueName('files')}`
  mongo = await new MongoClient(url.href).connect()
  tasks = mongo.db().collection<TaskDocument>('tasks')
})
afterEach(async () => {
  await mongo.db().dropDatabase()
  await mongo.close()
  await rm(folder, { recursive: true, force: true })
})

const check = (repair?: (id: string) => Promise<void>, orphanAgeMs = ANY_AGE) =>
  checkFiles({ storage, db: mongo.db(), orphanAgeMs, repair })
const linesOf = async (level: string, repair?: (id: string) => Promise<void>) =>
  (await check(repair)).filter((finding) => finding.level === level).map(({ says }) => says)
const originalOf = (id: string): string => `storage/images/${id}/original.jpg`

async function keep(key: string): Promise<string> {
  await storage.put(key, Buffer.from('photo'))
  return key
}

async function addTask(status: string, paths: string[] = []): Promise<string> {
  const _id = new ObjectId()
  const files = paths.map((path) => ({ path }))
  await tasks.insertOne({ _id, status, originalPath: originalOf(_id.toHexString()), files })
  return _id.toHexString()
}

it('files and tasks that match are fine, as are a very new file, and an expired task', async () => {
  const variant = await keep(`output/beach/800/${MD5}.jpg`)
  await keep(originalOf(await addTask('completed', [variant])))
  await keep(originalOf(await addTask('pending')))
  await addTask('expired')
  const found = async (orphanAgeMs?: number) =>
    (await check(undefined, orphanAgeMs)).map(({ level, says }) => [level, says])
  const fine = ['OK', 'every file of a task is there']
  expect(await found()).toEqual([['OK', '3 files, 2 listed by tasks'], fine])
  await keep(originalOf('0'.repeat(24)))
  expect(await found(60_000)).toEqual([['OK', '4 files, 2 listed by tasks'], fine])
})

it('files without a task are reported, and moved to the trash by a repair', async () => {
  const orphans = [await keep(originalOf('0'.repeat(24))), await keep(`output/beach/800/${MD5}.jpg`)]
  const says = [`2 files without a task: ${orphans.join(', ')}`]
  expect(await linesOf('WARN')).toEqual(says)
  expect(await linesOf('WARN', async () => {})).toEqual(says)
  const left = (await Array.fromAsync(storage.list())).map(({ key }) => key)
  expect(left.toSorted()).toEqual(orphans.map((key) => `trash/${key}`).toSorted())
})

it('tasks without files are reported, and a repair restarts the completed ones', async () => {
  const completed = await addTask('completed', [`output/beach/800/${MD5}.jpg`, `output/beach/1024/${MD5}.jpg`])
  const pending = await addTask('pending')
  const says = [`3 files of 2 tasks are missing: ${[completed, pending].join(', ')}`]
  const restarted: string[] = []
  expect(await linesOf('FAIL')).toEqual(says)
  expect(await linesOf('FAIL', async (id) => void restarted.push(id))).toEqual(says)
  expect(restarted).toEqual([completed])
})

it('a video that waits needs its copy of the background, too', async () => {
  const _id = new ObjectId()
  const [originalPath, backgroundPath] = ['original.json', 'asset.jpg'].map(
    (name) => `storage/videos/${_id.toHexString()}/${name}`,
  ) as [string, string]
  await tasks.insertOne({ _id, status: 'pending', originalPath, source: { backgroundPath } })
  await keep(originalPath)
  expect(await linesOf('FAIL')).toEqual([`1 files of 1 tasks are missing: ${_id.toHexString()}`])
  await keep(backgroundPath)
  expect(await linesOf('FAIL')).toEqual([])
})

it('variants of tasks of earlier releases belong to them', async () => {
  const path = await keep(`output/beach/800/${MD5}.jpg`)
  const _id = new ObjectId()
  await keep(originalOf(_id.toHexString()))
  await tasks.insertOne({ _id, status: 'completed', originalPath: originalOf(_id.toHexString()), images: [{ path }] })
  expect((await check()).map(({ level }) => level)).toEqual(['OK', 'OK'])
})
