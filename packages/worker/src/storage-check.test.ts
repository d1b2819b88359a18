import { mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDiskStorage } from '@darkroom/storage'
import { expect, onTestFinished, test } from 'vitest'
import { createStorageCheck } from './storage-check.ts'
import { createDataFolder } from './workplace.ts'

async function createFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'check-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

test("only the installation's own folder is accepted, even if Redis has lost its id", async () => {
  const dataDir = await createFolder()
  const storage = createDiskStorage(dataDir)
  let announced: string | undefined = await storage.markInstallation()
  const { check } = createStorageCheck({
    storage,
    workplace: createDataFolder(dataDir),
    readExpected: async () => announced,
  })
  await check()
  announced = undefined
  const marker = join(dataDir, '.darkroom.json')
  await rename(marker, `${marker}.away`)
  await expect(check()).rejects.toThrow(
    /does not belong to this installation: it has no \.darkroom\.json\. Is it mounted\?/,
  )
  const other = await storage.markInstallation()
  await expect(check()).rejects.toThrow(`belongs to another installation: its .darkroom.json has the id ${other}`)
  await rename(`${marker}.away`, marker)
  await check()
})

test('any writable folder is accepted until an API announces the installation', async () => {
  const dataDir = await createFolder()
  const storage = createDiskStorage(dataDir)
  const { check } = createStorageCheck({
    storage,
    workplace: createDataFolder(dataDir),
    readExpected: async () => undefined,
  })
  await check()
  await rm(dataDir, { recursive: true })
  await expect(check()).rejects.toThrow(`DATA_DIR ${dataDir} does not exist: the API creates it at startup`)
})

test('a worker that started before the API learns that its check is outdated, and only once', async () => {
  const dataDir = await createFolder()
  const storage = createDiskStorage(dataDir)
  const redis: { installation?: string } = {}
  const watched = createStorageCheck({
    storage,
    workplace: createDataFolder(dataDir),
    readExpected: async () => redis.installation,
  })
  await watched.check()
  expect(await watched.isOutdated()).toBe(false)
  redis.installation = await storage.markInstallation()
  expect(await watched.isOutdated()).toBe(true)
  await watched.check()
  expect(await watched.isOutdated()).toBe(false)
})
