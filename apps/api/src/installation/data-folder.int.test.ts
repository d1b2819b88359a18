import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { problem, toStoredFile } from '@darkroom/contracts'
import { readAnnouncedInstallation } from '@darkroom/messaging'
import type { Logger } from '@darkroom/runtime'
import { createDiskStorage } from '@darkroom/storage'
import { recordLog, sampleJpeg, uniqueName, until } from '@darkroom/testing'
import { afterEach, beforeEach, describe, expect, inject, it, onTestFinished } from 'vitest'
import { openDatabase, startTestApi } from '../../test/start-test-api.ts'
import { newRecord, variantOf } from '../../test/task-history.ts'
import { DataFolder } from './data-folder.ts'
import { InstallationStore } from './installation-store.ts'
import { StorageWatch } from './storage-watch.ts'
import { TaskStore } from '../tasks/task-store.ts'
import type { TaskRecord } from '../tasks/task.ts'

let database: Awaited<ReturnType<typeof openDatabase>>
beforeEach(async () => (database = await openDatabase(uniqueName('folder'))))
afterEach(() => database.drop())

async function createFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'data-folder-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

const markerOf = (dataDir: string) => join(dataDir, '.darkroom.json')
const idIn = async (dataDir: string) =>
  (JSON.parse(await readFile(markerOf(dataDir), 'utf8')) as { installation: string }).installation
const dataFolder = (dataDir: string) =>
  new DataFolder({ store: new InstallationStore(database.connection), storage: createDiskStorage(dataDir) })
const idInDatabase = () => new InstallationStore(database.connection).find()
const check = (dataDir: string) => dataFolder(dataDir).check()

/** A task, and its original unless it is said to be lost. */
async function addTask(dataDir?: string, given: Partial<TaskRecord> = {}): Promise<TaskRecord> {
  const task = newRecord(given)
  await new TaskStore(database.connection).insert(task)
  if (dataDir !== undefined) {
    const path = join(dataDir, task.originalPath)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, 'original')
  }
  return task
}

describe('a new installation', () => {
  it('has one id, even if many processes start at once', async () => {
    const dataDir = join(await createFolder(), 'not', 'yet', 'there')
    const folders = Array.from({ length: 8 }, () => dataFolder(dataDir))
    await Promise.all(folders.map((folder) => folder.check()))
    expect(folders.map(({ installation }) => installation)).toEqual(
      Array.from({ length: 8 }, () => folders[0]?.installation),
    )
    expect(await idIn(dataDir)).toBe(await idInDatabase())
    await check(dataDir)
  })

  it('uses one folder, even if processes start with different ones at once', async () => {
    const dirs = await Promise.all(Array.from({ length: 5 }, createFolder))
    const outcomes = await Promise.allSettled(dirs.map(check))
    const taken = dirs.filter((_dir, index) => outcomes[index]?.status === 'fulfilled')
    expect(taken).toHaveLength(1)
    expect(await idIn(taken[0]!)).toBe(await idInDatabase())
    for (const dir of dirs.filter((other) => other !== taken[0]))
      await expect(check(dir)).rejects.toThrow(/belongs to another installation/)
  })

  it('does not accept the files of another one', async () => {
    const dataDir = await createFolder()
    const id = await createDiskStorage(dataDir).markInstallation()
    await createDiskStorage(dataDir).put('storage/images/a/original.jpg', Buffer.from('photo'))
    await expect(check(dataDir)).rejects.toThrow(`contains the files of installation ${id}, and the database is new`)
    expect(await idInDatabase()).toBeUndefined()
  })
})

describe('an installation of an earlier release, whose database has no id,', () => {
  it('keeps the id of its marker', async () => {
    const dataDir = await createFolder()
    const id = await createDiskStorage(dataDir).markInstallation()
    await addTask(dataDir)
    await check(dataDir)
    expect(await idInDatabase()).toBe(id)
  })

  it('has its folder marked when the files of its tasks are there', async () => {
    const dataDir = await createFolder()
    await addTask(undefined, { status: 'failed', nextCheckAt: null, expiresAt: new Date() })
    await addTask(dataDir, { status: 'completed', nextCheckAt: null, expiresAt: new Date() })
    await check(dataDir)
    expect(await idIn(dataDir)).toBe(await idInDatabase())
  })

  it.each([true, false])('rejects a folder without its files (marked: %s)', async (marked) => {
    const dataDir = await createFolder()
    if (marked) await createDiskStorage(dataDir).markInstallation()
    await addTask()
    await expect(check(dataDir)).rejects.toThrow(/none of the files of the tasks in the database\. Is it mounted/)
    expect(existsSync(markerOf(dataDir))).toBe(marked)
    expect(await idInDatabase()).toBeUndefined()
  })
})

describe('an installation with an id', () => {
  let id: string
  beforeEach(async () => (id = await new InstallationStore(database.connection).claim('this-one', new Date())))

  it("rejects another one's folder, and accepts its own as soon as it is mounted", async () => {
    const [dataDir, other] = [await createFolder(), await createFolder()]
    await createDiskStorage(other).markInstallation()
    await createDiskStorage(dataDir).markInstallation(id)
    const mount = join(await createFolder(), 'mount')
    await symlink(other, mount)
    const folder = dataFolder(mount)
    await expect(folder.check()).rejects.toThrow(/belongs to another installation/)
    expect(folder).toMatchObject({ isOurs: false, installation: id })
    await symlink(dataDir, `${mount}.new`)
    await rename(`${mount}.new`, mount)
    await folder.check()
    expect(folder.isOurs).toBe(true)
  })

  it('rejects a folder without marker and files, and says what to do if they are lost', async () => {
    const dataDir = await createFolder()
    await addTask()
    await expect(check(dataDir)).rejects.toThrow(
      `Is it mounted? If the files are lost, write {"installation":"${id}"} to .darkroom.json`,
    )
    expect(existsSync(markerOf(dataDir))).toBe(false)
    await writeFile(markerOf(dataDir), `{"installation":"${id}"}`)
    await check(dataDir)
  })

  it('accepts a folder restored without its marker, and an empty one while no task has files', async () => {
    const empty = await createFolder()
    await mkdir(join(empty, 'lost+found'))
    await check(empty)
    const restored = await createFolder()
    await addTask(restored)
    await check(restored)
    expect([await idIn(empty), await idIn(restored)]).toEqual([id, id])
  })

  it('rejects a folder with files of another installation', async () => {
    const dataDir = await createFolder()
    await writeFile(join(dataDir, 'letter.txt'), 'Dear all')
    await expect(check(dataDir)).rejects.toThrow(/is not empty/)
  })
})

it('a rejected folder is logged once, and used as soon as it is the right one', async () => {
  const dataDir = await createFolder()
  await createDiskStorage(dataDir).markInstallation()
  await new InstallationStore(database.connection).claim('this-one', new Date())
  const { log, lines } = recordLog<Logger>()
  const watch = new StorageWatch({ storage: createDiskStorage(dataDir), folder: dataFolder(dataDir), log })
  onTestFinished(() => watch.stop())
  let begun = 0
  watch.start(() => begun++)
  // One of its own and one that was asked for.
  await until(async () => (await watch.known()) !== undefined)
  await until(() => lines.length > 0)
  expect(begun).toBe(0)
  await rm(markerOf(dataDir))
  await createDiskStorage(dataDir).markInstallation('this-one')
  await until(() => begun === 1, { what: 'the beginning' })
  expect(await watch.known()).toBeUndefined()
  expect(lines.map(({ level }) => level)).toEqual(['error', 'info'])
})

it('an API without its folder accepts no uploads, loses and expires nothing, and starts by itself when the folder is back', async () => {
  const photo = await sampleJpeg({ width: 64, height: 48 })
  const [dataDir, unmounted] = [await createFolder(), await createFolder()]
  await createDiskStorage(dataDir).markInstallation('this-one')
  const mount = join(await createFolder(), 'mount')
  await symlink(unmounted, mount)
  const name = uniqueName('mounted')
  const own = await openDatabase(name)
  await new InstallationStore(own.connection).claim('this-one', new Date())
  const variant = variantOf('1024', 768, 'a'.repeat(32))
  const kept = newRecord({
    status: 'completed',
    files: [toStoredFile(variant)],
    nextCheckAt: null,
    expiresAt: new Date(Date.now() + 3_600_000),
  })
  const old = newRecord({ status: 'completed', nextCheckAt: null, expiresAt: new Date(0) })
  for (const record of [kept, old]) await new TaskStore(own.connection).insert(record)
  await createDiskStorage(dataDir).put(variant.path, photo)
  await createDiskStorage(dataDir).put(old.originalPath, photo)

  const url = new URL(inject('mongoUrl'))
  url.pathname = `/${name}`
  const given = { DATA_DIR: mount, MONGODB_URL: url.href, CLEANUP_INTERVAL_MS: '100', PURGE_GRACE_SECONDS: '0' }
  const api = await startTestApi(given, { waitUntilReady: false })
  const reason = async () => ((await api.request('/readyz')).body as { reason?: string }).reason
  await until(
    async () => /^storage: DATA_DIR contains neither \.darkroom\.json .* Is it mounted/.test((await reason()) ?? ''),
    { what: 'the reason, without the path' },
  )
  for (const answer of [await api.upload(photo), await api.request(`/api/v1/tasks/${kept.id}/download`)]) {
    expect([answer.status, problem.parse(answer.body).code]).toEqual([503, 'STORAGE_UNAVAILABLE'])
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  }
  // Told to the workers is the id of the database.
  await until(async () => (await readAnnouncedInstallation(api.redis, api.names)) === 'this-one', { timeoutMs: 15_000 })
  expect((await api.request(`/api/v1/tasks/${old.id}`)).body).toMatchObject({ status: 'completed' })
  expect((await api.request('/api/v1/tasks')).body).toMatchObject({ total: 2 })
  expect(existsSync(markerOf(unmounted))).toBe(false)

  await symlink(dataDir, `${mount}.new`)
  await rename(`${mount}.new`, mount)
  await until(async () => (await reason()) === undefined, { what: 'a ready API', timeoutMs: 20_000 })
  expect((await api.request(`/api/v1/tasks/${kept.id}/download`)).bytes).toEqual(photo)
  expect((await api.upload(photo)).status).toBe(202)
  await until(() => !existsSync(join(dataDir, old.originalPath)), { what: 'the clean-up', timeoutMs: 20_000 })
  await api.stop()
  await own.drop()
})
